package recording

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDeletePrefixTakesOneRequestAndNothingElse(t *testing.T) {
	t.Parallel()
	b := newBucket(t)
	objects := []string{
		Object("tenant_a", "req_1", 1), Object("tenant_a", "req_1", 2), Object("tenant_a", "req_10", 1),
		Object("tenant_b", "req_1", 1), SpeechOutput("tenant_a", "req_1", 1, "i1") + "out.json",
	}
	for _, object := range objects {
		if _, err := b.Save(t.Context(), object, audioOf(mp3Frames(3, 1)), generous); err != nil {
			t.Fatal(err)
		}
	}
	total := 0
	for _, prefix := range RequestPrefixes("tenant_a", "req_1") {
		n, err := b.DeletePrefix(t.Context(), prefix)
		if err != nil {
			t.Fatal(err)
		}
		total += n
	}
	if total != 3 {
		t.Errorf("deleted %d objects, want 3", total)
	}
	want := []string{"recordings/tenant_a/req_10/1/audio", "recordings/tenant_b/req_1/1/audio"}
	if diff := cmp.Diff(want, names(t, b, "")); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}

func TestDeletePrefixRefusesToEmptyTheBucket(t *testing.T) {
	t.Parallel()
	if _, err := newBucket(t).DeletePrefix(t.Context(), ""); err == nil {
		t.Error("an empty prefix was accepted")
	}
}

func TestDeleteOfAMissingObjectIsNoError(t *testing.T) {
	t.Parallel()
	if err := newBucket(t).Delete(t.Context(), "nothing"); err != nil {
		t.Errorf("error %v, want none", err)
	}
}

func TestReaderNamesAMissingObject(t *testing.T) {
	t.Parallel()
	if _, err := newBucket(t).Reader(t.Context(), "nothing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want fs.ErrNotExist", err)
	}
}

func TestOpenNeedsABucket(t *testing.T) {
	t.Parallel()
	if _, err := Open(t.Context(), Config{}); err == nil {
		t.Error("no error without a bucket")
	}
}

func names(t *testing.T, b *Bucket, prefix string) []string {
	t.Helper()
	var got []string
	for entry, err := range b.List(t.Context(), prefix) {
		if err != nil {
			t.Fatal(err)
		}
		if entry.Bytes == 0 || entry.Created.IsZero() {
			t.Errorf("entry %+v lacks size or time", entry)
		}
		got = append(got, entry.Object)
	}
	return got
}
