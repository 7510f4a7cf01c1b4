package contact

// Keys returns what identifies a person, sorted: "email:…" and "phone:…". Region is where
// numbers without a country are read. None means that nothing identifies them.
func Keys(phone, email, region string) []string {
	var keys []string
	if email = Email(email); email != "" {
		keys = append(keys, "email:"+email)
	}
	if phone = Phone(phone, region); phone != "" {
		keys = append(keys, "phone:"+phone)
	}
	return keys
}
