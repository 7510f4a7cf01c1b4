package cost_test

import (
	"fmt"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// A call of three minutes, recorded on one channel, as it is usual. Speech is by far the dearest, and a recording
// with a channel for each side is paid for twice.
func ExamplePrices_Of() {
	prices := cost.Default().At(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC))
	call := request.Metering{
		SpeechS: 180, StoredBytes: 1_500_000,
		Models: map[string]request.Usage{"gemini-2.5-flash": cost.TypicalAnalysis},
	}
	b := prices.Of(call, 5)
	for _, c := range b.Components {
		fmt.Printf("%-12s %9.6g %-14s at %-7g = $%.5f\n", c.Name, c.Quantity, c.Unit, c.UnitPriceUSD, c.USD)
	}
	fmt.Printf("total $%.4f\n", b.TotalUSD)

	call.SpeechS *= 2
	fmt.Printf("on two channels $%.4f\n", prices.Of(call, 5).TotalUSD)
	call.SpeechBatchS, call.SpeechS = call.SpeechS, 0
	fmt.Printf("on two channels, when it is cheap $%.4f\n", prices.Of(call, 5).TotalUSD)
	// Output:
	// speech               3 minute         at 0.016   = $0.04800
	// model_input     0.0045 million tokens at 0.3     = $0.00135
	// model_output    0.0015 million tokens at 2.5     = $0.00375
	// storage          0.018 GB month       at 0.026   = $0.00047
	// cloud_run            1 request        at 0.0005  = $0.00050
	// pubsub               1 request        at 1e-05   = $0.00001
	// spanner              1 request        at 0.0003  = $0.00030
	// crm_calls            5 call           at 0       = $0.00000
	// total $0.0544
	// on two channels $0.1024
	// on two channels, when it is cheap $0.0244
}
