package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

// newKey returns the commands about the keys that deliveries are signed with.
func newKey(t *tool) *cobra.Command {
	cmd := &cobra.Command{
		Use: "key", Short: "Rotate the keys that deliveries are signed with",
		Example: "  pipelinectl key rotate web -t tenant_demo",
	}
	cmd.AddCommand(newKeyRotate(t), newKeyList(t), newKeyRemove(t))
	return cmd
}

func newKeyRotate(t *tool) *cobra.Command {
	var value secretFlag
	var fromCallRail bool
	cmd := &cobra.Command{
		Use: "rotate SOURCE", Short: "Add a signing key: the first half of a rotation",
		Long: `Add a key that deliveries of a source may be signed with, beside those that are there. Without
a flag a key is drawn and shown this once; --from-callrail reads the key that CallRail signs
with now, --value-stdin takes one that you have. The second half is key remove, once the
sender signs with the new key.`,
		Example: "  pipelinectl key rotate web -t tenant_demo",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			if fromCallRail {
				return s.rotateFromCallRail(ctx, args[0])
			}
			given, err := value.read(s)
			if err != nil {
				return err
			}
			a, err := read(s.api.AddSigningKey(ctx, s.Tenant, args[0], client.NewSigningKey{Value: given}))
			if err != nil {
				return err
			}
			return show(s, a, func(p *page, v client.SigningKey) {
				p.row("Key", v.KeyID)
				if v.Value != "" {
					p.row("Value", v.Value)
					p.line("\nThe value is shown this once: give it to the sender now.")
				}
				secondHalf(p, args[0])
			})
		}),
	}
	value.add(cmd, "value", "the key")
	cmd.Flags().BoolVar(&fromCallRail, "from-callrail", false, "read the key that CallRail signs with now")
	cmd.MarkFlagsMutuallyExclusive("from-callrail", "value-stdin", "value-file")
	return cmd
}

func (s *session) rotateFromCallRail(ctx context.Context, source string) error {
	a, err := read(s.api.ConnectSource(ctx, s.Tenant, source))
	if err != nil {
		return err
	}
	return show(s, a, func(p *page, v client.Connection) {
		p.row("Key", v.SigningKey)
		secondHalf(p, source)
	})
}

func secondHalf(p *page, source string) {
	p.line("\nDeliveries signed with any of the source's keys are accepted. Once the new one is used:")
	p.line("  pipelinectl key list %s", source)
	p.line("  pipelinectl key remove %s OLD_KEY", source)
}

func newKeyList(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "list SOURCE", Short: "List a source's signing keys, oldest first",
		Example: "  pipelinectl key list callrail -t tenant_demo",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			v, err := get[client.Source](s.api.GetSource(ctx, s.Tenant, args[0]))
			if err != nil {
				return err
			}
			if s.json {
				return s.printValue(map[string][]string{"signing_keys": v.SigningKeys})
			}
			p := newPage(s.out)
			p.header("Key")
			for _, key := range v.SigningKeys {
				p.row(key)
			}
			return p.flush()
		}),
	}
}

func newKeyRemove(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "remove SOURCE KEY", Short: "Remove a signing key: the second half of a rotation",
		Example: "  pipelinectl key remove callrail signing_4tbgp3yz -t tenant_demo",
		Args:    cobra.ExactArgs(2),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			if err := s.confirm("Deliveries signed with %s will be refused.", args[1]); err != nil {
				return err
			}
			if _, err := read(s.api.RemoveSigningKey(ctx, s.Tenant, args[0], args[1])); err != nil {
				return err
			}
			s.say("removed key %s of source %s", args[1], args[0])
			return nil
		}),
	}
}
