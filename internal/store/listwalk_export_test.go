package store

// LookAt sets how many rows a page of the store's lists looks at.
func LookAt(s *Store, newest, found int) { s.reach = reach{newest: newest, found: found} }
