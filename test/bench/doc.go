// Command bench measures what the pipeline costs, each figure beside a baseline that is measured
// in the same run, with the same clients, in turns:
//
//	ingest    signed deliveries to the webhook's release binary    a loop that makes the same commit and publish
//	pipeline  calls through all five steps, in one process         a loop of as many transactions
//	transfer  recordings into the bucket                           io.Copy between the same two connections
//	start     each service's release binary, until it is healthy   a program that only answers that it is healthy
//	cpu       the webhook's handler, analysis, CRM mapping         the least that anybody could do with the same input
//	price     a call of three minutes by the price table           -
//
// The emulators, the stand-ins and the load share the machine with what is measured, and so may
// anybody else: what counts are the ratios. A target that is missed is printed, and fails the run
// only with -strict.
package main
