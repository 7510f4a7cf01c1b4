package privacy

import (
	"archive/zip"
	"context"
	"errors"
	"io"
	"io/fs"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
)

// index is the archive's first file.
type index struct {
	TenantID   string    `json:"tenant_id"`
	ExportedAt time.Time `json:"exported_at"`
	Requests   int       `json:"requests"`
	OptedOutAt time.Time `json:"opted_out_at,omitzero"`
	ErasedAt   time.Time `json:"erased_at,omitzero"`
}

// pack writes the archive of what was gathered. It is written anew if it broke off.
func (g *gathering) pack(ctx context.Context) error {
	flags, err := g.scope.PersonFlags(ctx, g.subject.People)
	if err != nil {
		return err
	}
	head := index{
		TenantID: g.job.TenantID, ExportedAt: g.Now().UTC(), Requests: len(g.at.Parts),
		OptedOutAt: flags.OptedOutAt, ErasedAt: flags.ErasedAt,
	}
	g.report.Object = recording.Export(g.job.TenantID, g.job.ID)
	g.report.ExpiresAt = g.Now().Add(time.Duration(g.Config.ExportDays) * day).UTC()
	g.report.Recordings = 0
	return g.Bucket.Write(ctx, g.report.Object, "application/zip", func(w io.Writer) error {
		archive := zip.NewWriter(w)
		first, err := archive.Create("index.json")
		if err == nil {
			err = writeJSON(first, head)
		}
		if err == nil {
			err = g.addParts(ctx, archive)
		}
		if err != nil {
			return err
		}
		return archive.Close()
	})
}

func (g *gathering) addParts(ctx context.Context, archive *zip.Writer) error {
	for _, p := range g.at.Parts {
		if err := g.add(ctx, archive, "requests/"+p.RequestID+".json", g.partObject(p.RequestID)); err != nil {
			return err
		}
		if p.Audio == "" {
			continue
		}
		err := g.add(ctx, archive, "recordings/"+p.RequestID, p.Audio)
		if errors.Is(err, fs.ErrNotExist) { // retention was quicker
			continue
		}
		if err != nil {
			return err
		}
		g.report.Recordings++
	}
	return nil
}

// add copies an object into the archive.
func (g *gathering) add(ctx context.Context, archive *zip.Writer, name, object string) error {
	content, err := g.Bucket.Reader(ctx, object)
	if err != nil {
		return err
	}
	w, err := archive.Create(name)
	if err == nil {
		_, err = io.Copy(w, content)
	}
	return errors.Join(err, content.Close())
}
