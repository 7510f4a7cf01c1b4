package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

// person is who a command is about.
type person client.PersonKey

func (k *person) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&k.Phone, "phone", "", "the person's phone number, in any usual notation")
	cmd.Flags().StringVar(&k.Email, "email", "", "the person's e-mail address")
	cmd.MarkFlagsOneRequired("phone", "email")
}

// lookUp says what is known of a person before something is done with it.
func (s *session) lookUp(ctx context.Context, k person) (client.PersonState, error) {
	return get[client.PersonState](s.api.LookUpPerson(ctx, s.Tenant, client.PersonKey(k)))
}

func newErase(t *tool) *cobra.Command {
	var k person
	var wait bool
	cmd := &cobra.Command{
		Use: "erase --phone NUMBER | --email ADDRESS", Short: "Erase everything that is known of a person",
		Long: `Erase a person's requests, transcripts, analyses and recordings. The report says table by table
what was deleted, what a legal hold kept, and what outlives it: backups, and the records in
CRMs with their links.`,
		Example: "  pipelinectl erase -t tenant_demo --phone +13035550142",
		Args:    cobra.NoArgs,
		RunE: t.perTenant(func(ctx context.Context, s *session, _ []string) error {
			state, err := s.lookUp(ctx, k)
			if err != nil {
				return err
			}
			err = s.confirm("%d requests about this person will be erased, which cannot be taken back; %d are under legal hold and stay.",
				state.Requests-state.Held, state.Held)
			if err != nil {
				return err
			}
			a, err := read(s.api.CreateErasure(ctx, s.Tenant, client.PersonKey(k)))
			if err != nil {
				return err
			}
			return s.follow(ctx, a, wait)
		}),
	}
	k.add(cmd)
	addWait(cmd, &wait)
	return cmd
}

func newExport(t *tool) *cobra.Command {
	var k person
	var wait bool
	var file, job string
	cmd := &cobra.Command{
		Use: "export --phone NUMBER | --email ADDRESS", Short: "Gather everything that is known of a person",
		Long: `Gather a person's requests, transcripts, analyses, deliveries and recordings, and print an address
under which they can be fetched for a few minutes, or with --file fetch them. The result is
kept for seven days: --job asks for it again.`,
		Example: "  pipelinectl export -t tenant_demo --phone +13035550142 --file person.zip",
		Args:    cobra.NoArgs,
		RunE: t.perTenant(func(ctx context.Context, s *session, _ []string) error {
			if job != "" {
				return s.fetch(ctx, job, file)
			}
			if err := s.confirm("Everything that is known of this person will be gathered."); err != nil {
				return err
			}
			a, err := read(s.api.CreateExport(ctx, s.Tenant, client.PersonKey(k)))
			if err != nil {
				return err
			}
			begun, err := decode[client.Job](a)
			if err != nil {
				return err
			}
			if err := s.follow(ctx, a, wait); err != nil || !wait {
				return err
			}
			return s.fetch(ctx, begun.JobID, file)
		}),
	}
	cmd.Flags().StringVar(&job, "job", "", "an export that was made before")
	cmd.Flags().StringVar(&file, "file", "", "file to write the result to")
	cmd.Flags().StringVar(&k.Phone, "phone", "", "the person's phone number, in any usual notation")
	cmd.Flags().StringVar(&k.Email, "email", "", "the person's e-mail address")
	cmd.MarkFlagsOneRequired("phone", "email", "job")
	addWait(cmd, &wait)
	return cmd
}

// fetch asks for the address of an export, and writes what is there to the file if there is one.
func (s *session) fetch(ctx context.Context, job, file string) error {
	a, err := read(s.api.GetJobDownload(ctx, s.Tenant, job))
	if err != nil {
		return err
	}
	if file == "" {
		return show(s, a, func(p *page, v client.DownloadLink) {
			p.line("\nUntil %s at\n%s", cell(v.ExpiresAt), v.URL)
		})
	}
	link, err := decode[client.DownloadLink](a)
	if err != nil {
		return err
	}
	if err := download(ctx, link.URL, file); err != nil {
		return err
	}
	s.say("\nwritten to %s", file)
	return nil
}

// download fetches a signed address, which needs no token and must not get one.
func download(ctx context.Context, address, file string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return fmt.Errorf("fetch export: %w", err)
	}
	resp, err := newHTTPClient(nil).Do(r)
	if err != nil {
		return fmt.Errorf("fetch export: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("fetch export: it was answered %s", resp.Status)
	}
	out, err := createPrivate(file)
	if err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	_, err = io.Copy(out, resp.Body)
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return nil
}

func newOptOut(t *tool) *cobra.Command {
	var k person
	var undo bool
	cmd := &cobra.Command{
		Use: "opt-out --phone NUMBER | --email ADDRESS", Short: "Send nothing about a person to third parties any more",
		Long: `From now on nothing about the person goes to an integration that is marked as a third party's.
With --undo it does again; what was not sent meanwhile is not sent later.`,
		Example: "  pipelinectl opt-out -t tenant_demo --phone +13035550142",
		Args:    cobra.NoArgs,
		RunE: t.perTenant(func(ctx context.Context, s *session, _ []string) error {
			if undo {
				if err := s.confirm("Third parties will hear about this person again."); err != nil {
					return err
				}
				return s.done("the person is opted in")(s.api.OptIn(ctx, s.Tenant, client.PersonKey(k)))
			}
			state, err := s.lookUp(ctx, k)
			if err != nil {
				return err
			}
			if err := s.confirm("Third parties will hear nothing more about this person (%d requests so far).", state.Requests); err != nil {
				return err
			}
			return s.done("the person is opted out")(s.api.OptOut(ctx, s.Tenant, client.PersonKey(k)))
		}),
	}
	k.add(cmd)
	cmd.Flags().BoolVar(&undo, "undo", false, "take an opt-out back")
	return cmd
}

// createPrivate opens a file for what only its owner may read, also if it is there already.
func createPrivate(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	if err := errors.Join(file.Chmod(0o600), file.Truncate(0)); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}
