package speech

import (
	"regexp"
	"strings"

	"cloud.google.com/go/speech/apiv2/speechpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Limits of the service and of its model chirp_3.
const (
	model           = "chirp_3"
	maxContent      = 10 << 20 // bytes in a request
	maxRecognizeS   = 60.0
	maxBatchS       = 60 * 60.0
	maxBatchWordsS  = 20 * 60.0 // with the words' times
	maxBatchFiles   = 5
	maxPhraseRunes  = 100
	maxPhrases      = 1200
	maxPhraseWeight = 20.0
)

var (
	recognizerPattern = regexp.MustCompile(`^projects/([^/]+)/locations/([^/]+)/recognizers/([^/]+)$`)
	languagePattern   = regexp.MustCompile(`^(auto|[a-z]{2,3}(-[A-Za-z0-9]{2,8})+)$`)
)

func invalid(format string, args ...any) error {
	return status.Errorf(codes.InvalidArgument, format, args...)
}

// checkRecognizer returns the parent of the recognizer: projects/P/locations/L.
func (s *Server) checkRecognizer(name string) (parent string, err error) {
	parts := recognizerPattern.FindStringSubmatch(name)
	if parts == nil {
		return "", invalid("Invalid resource field value in the request: recognizer %q.", name)
	}
	if parts[2] != s.cfg.Location {
		return "", invalid("Expected resource location to be %s, but found %s in resource name.", s.cfg.Location, parts[2])
	}
	if parts[3] != "_" {
		return "", status.Errorf(codes.NotFound, "Unable to find Recognizer %s from project %s.", parts[3], parts[1])
	}
	return strings.TrimSuffix(name, "/recognizers/_"), nil
}

// checkConfig refuses what the model does not take.
func (s *Server) checkConfig(c *speechpb.RecognitionConfig) error {
	if c.GetDecodingConfig() == nil {
		return invalid("The decoding config is required: set auto_decoding_config or explicit_decoding_config.")
	}
	if c.GetModel() != model {
		return invalid("The model %q does not exist in the location named %q.", c.GetModel(), s.cfg.Location)
	}
	if len(c.GetLanguageCodes()) == 0 {
		return invalid("At least one language code is required.")
	}
	for _, code := range c.GetLanguageCodes() {
		if !languagePattern.MatchString(code) {
			return invalid("The language %q is not supported by the model %q in the location named %q.", code, model, s.cfg.Location)
		}
	}
	return checkAdaptation(c.GetAdaptation())
}

func checkAdaptation(a *speechpb.SpeechAdaptation) error {
	count := 0
	for _, set := range a.GetPhraseSets() {
		inline := set.GetInlinePhraseSet()
		if inline == nil {
			return status.Error(codes.NotFound, "Unable to find the phrase set.") // none is ever made here
		}
		if len(inline.GetPhrases()) == 0 {
			return invalid("Phrase set must have at least one phrase.")
		}
		for _, phrase := range inline.GetPhrases() {
			count++
			runes := len([]rune(phrase.GetValue()))
			if runes == 0 || runes > maxPhraseRunes || phrase.GetBoost() < 0 || phrase.GetBoost() > maxPhraseWeight {
				return invalid("Phrases must have between 1 and %d characters and a boost between 0 and 20.", maxPhraseRunes)
			}
		}
	}
	if count > maxPhrases {
		return invalid("There are more than %d phrases.", maxPhrases)
	}
	return nil
}

func checkBatch(r *speechpb.BatchRecognizeRequest) error {
	if n := len(r.GetFiles()); n == 0 || n > maxBatchFiles {
		return invalid("Number of files must be between 1 and %d, got %d.", maxBatchFiles, n)
	}
	for _, file := range r.GetFiles() {
		if _, _, ok := splitURI(file.GetUri()); !ok {
			return invalid("Only Cloud Storage URIs are supported, in the form gs://bucket/object: %q.", file.GetUri())
		}
	}
	switch output := r.GetRecognitionOutputConfig().GetOutput().(type) {
	case *speechpb.RecognitionOutputConfig_GcsOutputConfig:
		if bucket, _, _ := splitURI(output.GcsOutputConfig.GetUri()); bucket == "" {
			return invalid("Invalid output URI %q.", output.GcsOutputConfig.GetUri())
		}
	case *speechpb.RecognitionOutputConfig_InlineResponseConfig:
		if len(r.GetFiles()) > 1 {
			return invalid("Inline output is only supported for a single file.")
		}
	default:
		return invalid("Recognition output config is required.")
	}
	return nil
}

const scheme = "gs://"

// splitURI takes gs://bucket/object apart; ok only if there is an object.
func splitURI(uri string) (bucket, object string, ok bool) {
	rest, ok := strings.CutPrefix(uri, scheme)
	if !ok {
		return "", "", false
	}
	bucket, object, _ = strings.Cut(rest, "/")
	return bucket, object, bucket != "" && object != ""
}
