// Package reanalyze looks again at requests that were analysed before: with other weights, or
// with another model, prompt or rules.
//
//	Surveyor  says what it would change or cost, and changes nothing
//	Rescorer  weighs the stored signals anew: no model, nothing to pay
//	Analyzer  asks the analysis again, slowly, within the tenant's budget
//
// The last two are jobs. They leave a request where it stands: it goes through no step again
// unless its CRM records are to follow, and then nobody is told. What people corrected holds
// for every new answer. docs/decisions/0011-reanalysis-beside-the-pipeline.md says why.
package reanalyze
