// Package salesforce delivers leads into Salesforce: the person as a Lead, or the Contact or
// Lead that they already are, and the request as a Task on them; for people who are
// Contacts, an Opportunity as well if the tenant wants one.
//
// Every record of ours carries a key in a custom field that the org's admin creates, marked
// External ID and Unique. Records are upserted by it, so that two attempts, whatever became
// of their answers, make one record:
//
//	Lead         the phone number's or address's hash; of the request if that is taken, or nobody is known
//	Opportunity  the request id
//	Task         the request id
//
// Without the field nothing is written and deliveries wait, parked: there is no other way
// to find a Task again, nor the Lead of somebody who withheld their number.
//
// People are searched with SOQL, which reads what is committed: unlike in other CRMs there
// is no search index that lags behind. A lead that was converted stands for its Contact.
//
//	account.go auth.go   what belongs to an org: token, limits, metadata
//	client.go errors.go objects.go soql.go schema.go   the protocol
//	contact.go key.go create.go deal.go activity.go fields.go   the records
package salesforce
