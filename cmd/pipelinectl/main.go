// Command pipelinectl is the operator's tool.
package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/pkg/build"
)

func main() {
	root := &cobra.Command{
		Use:           "pipelinectl",
		Short:         "Operate the ingestion pipeline",
		Version:       build.Version(),
		SilenceUsage:  true,
		SilenceErrors: false,
	}
	root.AddCommand(newSign(), newDelivery(), newIntegration())
	if err := root.Execute(); err != nil {
		os.Exit(1)
	}
}
