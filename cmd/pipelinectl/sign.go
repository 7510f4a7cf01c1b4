package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
)

// newSign returns the command that signs a webhook body.
func newSign() *cobra.Command {
	var key, keyFile, form string
	cmd := &cobra.Command{
		Use:   "sign [FILE]",
		Short: "Sign a webhook body and print the header to send with it",
		Long: `Sign a webhook body, byte for byte, and print the header that goes with it.

The key comes from the file named by --key-file, or from the variable SIGNING_KEY, or from
--key, which other users of the machine can see in its list of processes. Without FILE, or with -, the
body is read from standard input. curl changes a body given with -d @FILE that has line
breaks: use --data-binary, or a file of one line without a line break at its end.`,
		Example: `  export SIGNING_KEY=...
  curl -H "Content-Type: application/json" \
       -H "$(pipelinectl sign test/testdata/test-webhook.json)" \
       --data-binary @test/testdata/test-webhook.json \
       https://your-domain.com/v1/callrail/webhook`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			key, err := signingKey(key, keyFile)
			if err != nil {
				return err
			}
			path := "-"
			if len(args) > 0 {
				path = args[0]
			}
			body, err := readInput(cmd.InOrStdin(), path)
			if err != nil {
				return err
			}
			header, err := signatureHeader(form, key, body)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), header)
			return err
		},
	}
	cmd.Flags().StringVar(&key, "key", "", "the signing key itself, for test keys")
	cmd.Flags().StringVar(&keyFile, "key-file", "", "file that holds the signing key")
	cmd.Flags().StringVar(&form, "form", "sha256", "sha256: x-callrail-signature, for relays and tests; callrail: Signature, as CallRail itself signs")
	return cmd
}

func signingKey(key, file string) (string, error) {
	if key != "" {
		return key, nil
	}
	if file == "" {
		if key = os.Getenv("SIGNING_KEY"); key != "" {
			return key, nil
		}
		return "", errors.New("no signing key: set SIGNING_KEY or use --key-file or --key")
	}
	content, err := os.ReadFile(file) //nolint:gosec // the operator names the file
	if err != nil {
		return "", fmt.Errorf("read signing key: %w", err)
	}
	return strings.TrimSpace(string(content)), nil
}

func signatureHeader(form, key string, body []byte) (string, error) {
	switch form {
	case "sha256":
		return strings.ToLower(callrail.HeaderSHA256) + ": " + callrail.SignSHA256(body, key), nil
	case "callrail":
		return callrail.HeaderSHA1 + ": " + callrail.SignSHA1(body, key), nil
	default:
		return "", fmt.Errorf("unknown form %q: want sha256 or callrail", form)
	}
}
