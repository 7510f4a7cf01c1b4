package rules

import "testing"

func TestCustomerName(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ talk, want string }{
		{"c: Hi, my name is Dana Smythe and I need a roof.", "Dana Smythe"},
		{"c: hi my name is dana smythe and i need a new roof", "Dana Smythe"},
		{"c: Hello, this is Priya Raman calling about my deck.", "Priya Raman"},
		{"c: Hey, it's Karen Olsen over on Birch Street.", "Karen Olsen"},
		{"c: This is Mrs. Alvarez, I need a quote.", "Alvarez"},
		{"a: Can I get your name?\nc: Sure, it's Tom Becker.", "Tom Becker"},
		{"a: And who am I speaking with?\nc: Uh, Jamal.", "Jamal"},
		{"a: May I have your name please?\nc: yeah its bill henderson", "Bill Henderson"},
		{"a: Your name?\nc: Maria.\na: And your last name?\nc: Lopez.", "Maria Lopez"},
		{"a: What's your first and last name?\nc: Lee Wong.", "Lee Wong"},
		{"a: Can I have your name?\nc: It's Jon Smith. That's J-O-H-N S-M-Y-T-H-E.", "John Smythe"},
		{"a: Your name, please?\nc: Dana Smith, S M Y T H E.", "Dana Smythe"},
		{"a: Name?\nc: My name is Catherine with a K. K-A-T-H-R-Y-N.", "Kathryn"},
		{"a: How do you spell that?\nc: Last name is Nguyen, N as in Nancy, G as in George, U, Y, E, N.\nc: My name is Linh.", "Linh Nguyen"},
		{"a: Can I get your last name?\nc: B as in boy, R, I, double N. Brinn.\na: And the first name?\nc: Ella.", "Ella Brinn"},
		{"a: Is this Robert?\nc: Yes, speaking.", "Robert"},
		{"c: Hola, me llamo José Núñez y quiero pintar.", "José Núñez"},
		{"c: Hi, I'm looking for a quote on siding.", ""},
		{"c: This is ridiculous, I'm calling about my deck.", ""},
		{"c: I'm interested in a bath. It's urgent.", ""},
		{"a: Thanks for calling, this is Jenna.\nc: Hi, I need a plumber.", ""},
		{"c: hi im calling about a kitchen its kind of old", ""},
		{"a: This is Mark with Summit, how can I help?\nc: Yes hi Mark, I need a new patio.", ""},
	} {
		if got := Analyze(newCall(t, friday, tc.talk)).Customer.Name; got != tc.want {
			t.Errorf("%q = %q, want %q", tc.talk, got, tc.want)
		}
	}
}

func TestCustomerEmail(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ said, want string }{
		{"dana@example.com", "dana@example.com"},
		{"It's Dana.Smythe@Example.com.", "dana.smythe@example.com"},
		{"dana dot smythe at example dot com", "dana.smythe@example.com"},
		{"Sure, it's dana underscore s at example dot org.", "dana_s@example.org"},
		{"d a n a at example dot com", "dana@example.com"},
		{"D-A-N-A at example dot com", "dana@example.com"},
		{"my email is tom becker forty two at example dot net", "tombecker42@example.net"},
		{"t becker 7 at gmail dot com", "tbecker7@gmail.com"},
		{"uh, lee wong at gmail", "leewong@gmail.com"},
		{"jon at example dot com, that's J-O-H-N", "john@example.com"},
		{"that would be ruth dash ann at my dash house dot com", "ruth-ann@my-house.com"},
		{"es maria punto lopez arroba example punto com", "maria.lopez@example.com"},
		{"I'd rather not give it.", ""},
		{"You can reach me at the office at five.", ""},
		{"I'm at 42 Maple Street dot the i's.", ""},
	} {
		in := newCall(t, friday, "c: I need a quote for a roof.\na: What's your email?\nc: "+tc.said)
		if got := Analyze(in).Customer.Email; got != tc.want {
			t.Errorf("%q = %q, want %q", tc.said, got, tc.want)
		}
	}
}

func TestCustomerPhoneAndAddress(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ said, phone, address string }{
		{"It's 303-555-0142.", "3035550142", ""},
		{"three oh three, five five five, zero one four two", "3035550142", ""},
		{"one, three zero three, five five five, oh one forty-two", "3035550142", ""},
		{"+1 (303) 555-0142", "3035550142", ""},
		{"We're at 412 Maple Street in Longmont.", "", "412 Maple Street"},
		{"I have two kids and three dogs.", "", ""},
		{"Our budget is 25000 to 30000.", "", ""},
	} {
		got := Analyze(newCall(t, friday, "c: I need a quote for a roof. "+tc.said)).Customer
		if got.Phone != tc.phone || got.Address != tc.address {
			t.Errorf("%q = %q, %q, want %q, %q", tc.said, got.Phone, got.Address, tc.phone, tc.address)
		}
	}
}
