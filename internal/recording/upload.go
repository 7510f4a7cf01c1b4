package recording

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"cloud.google.com/go/storage"
)

// lengthHeader bounds the size of what is uploaded; both bounds are inclusive.
const lengthHeader = "x-goog-content-length-range"

// Address is a signed address with what must be sent along.
type Address struct {
	URL     string
	Header  map[string]string
	Expires time.Time
}

// SignedPut returns an address under which anybody can upload an object of exactly this type
// and length, once or again, until it expires.
func (b *Bucket) SignedPut(ctx context.Context, object, contentType string, length int64, expires time.Time) (Address, error) {
	size := strconv.FormatInt(length, 10)
	lengthRange := size + "," + size
	signed, err := b.sign(ctx, object, storage.SignedURLOptions{
		Method: http.MethodPut, Expires: expires, ContentType: contentType,
		Headers: []string{lengthHeader + ":" + lengthRange},
	})
	if err != nil {
		return Address{}, err
	}
	return Address{
		URL: signed, Expires: expires,
		Header: map[string]string{"Content-Type": contentType, lengthHeader: lengthRange},
	}, nil
}

// Uploaded opens what was uploaded as an object. The error is fs.ErrNotExist until it is there.
func (b *Bucket) Uploaded(ctx context.Context, object string) (Audio, error) {
	r, err := b.handle.Object(object).NewReader(ctx)
	if err != nil {
		return Audio{}, fmt.Errorf("open %s: %w", object, notExist(err))
	}
	return Audio{Body: r, Length: r.Attrs.Size}, nil
}
