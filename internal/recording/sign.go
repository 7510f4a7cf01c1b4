package recording

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"cloud.google.com/go/storage"
)

// localSigner is who signs for a stand-in, which knows no service accounts.
const localSigner = "pipeline@localhost"

// signer says in whose name addresses are signed.
type signer struct {
	account string
	local   string // host:port of the stand-in; empty: Cloud Storage
}

func signerOf(cfg Config) signer {
	// The client library takes the variable with a scheme as well.
	_, host, found := strings.Cut(cfg.EmulatorHost, "://")
	if !found {
		host = cfg.EmulatorHost
	}
	return signer{account: cfg.Signer, local: strings.TrimSuffix(host, "/")}
}

// SignedGet returns an address under which anybody can read an object until the time to live
// is over.
func (b *Bucket) SignedGet(ctx context.Context, object string, ttl time.Duration) (string, error) {
	return b.sign(ctx, object, storage.SignedURLOptions{Method: http.MethodGet, Expires: time.Now().Add(ttl)})
}

// SignedAudio returns an address like SignedGet's. It is served as this type of sound, which a
// browser plays rather than saves, whatever the object calls itself.
func (b *Bucket) SignedAudio(ctx context.Context, object, contentType string, ttl time.Duration) (string, error) {
	return b.sign(ctx, object, storage.SignedURLOptions{
		Method: http.MethodGet, Expires: time.Now().Add(ttl),
		QueryParameters: url.Values{
			"response-content-type":        {contentType},
			"response-content-disposition": {"inline"},
		},
	})
}

// sign signs an address. In the cloud the service account's key never leaves IAM, which is
// asked to sign: one call, about as long as a read. With a key file it is signed here.
func (b *Bucket) sign(ctx context.Context, object string, opts storage.SignedURLOptions) (string, error) {
	_, span := tracer.Start(ctx, "storage.sign")
	defer span.End()

	opts.Scheme = storage.SigningSchemeV4
	opts.GoogleAccessID = b.signer.account
	if b.signer.local != "" {
		opts.GoogleAccessID, opts.SignBytes = localSigner, signLocally
		opts.Hostname, opts.Insecure = b.signer.local, true
	}
	signed, err := b.handle.SignedURL(object, &opts)
	if err != nil {
		return "", fmt.Errorf("sign %s %s: %w", opts.Method, object, err)
	}
	return signed, nil
}

// signLocally signs for a stand-in on the same machine. There is no key: the stand-in checks
// that what was signed is what it is asked for, not who signed it.
func signLocally(b []byte) ([]byte, error) {
	sum := sha256.Sum256(b)
	return sum[:], nil
}
