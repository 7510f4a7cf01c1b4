package speech

import (
	"slices"
	"strings"

	"cloud.google.com/go/speech/apiv2/speechpb"
)

// MaxS is how long audio may be at most, in seconds, for one operation.
const MaxS = 60 * 60.0

// The limits of chirp_3 and of the API.
const (
	maxSyncS     = 60.0
	maxSyncBytes = 10_000_000 // the page says 10 MB; the smaller reading of it
	maxOffsetsS  = 20 * 60.0
	maxBatchS    = MaxS

	maxHints     = 500 // phrases of one inline set
	maxHintRunes = 100 // of one phrase
)

// Options describe the audio and what is known about its words.
type Options struct {
	DurationS float64  // seconds; 0: unknown
	Channels  int      // 0: unknown
	Bytes     int64    // size of the audio
	Language  string   // BCP 47; empty: detected
	Hints     []string // names that a recogniser would not guess
	Batch     bool     // it may take a day, for a fifth of the price
	Plain     bool     // words alone: neither speakers by voice, nor the times of words, nor hints
}

// Short reports whether Recognize takes the audio. Unknown length counts as long, and what
// may take a day is left to the operation that is cheap because of it.
func (o Options) Short() bool {
	return !o.Batch && o.DurationS > 0 && o.DurationS < maxSyncS && o.Bytes <= maxSyncBytes
}

func (o Options) strategy() speechpb.BatchRecognizeRequest_ProcessingStrategy {
	if o.Batch {
		return speechpb.BatchRecognizeRequest_DYNAMIC_BATCHING
	}
	return speechpb.BatchRecognizeRequest_PROCESSING_STRATEGY_UNSPECIFIED
}

// TooLong reports whether not even a batch takes the audio.
func (o Options) TooLong() bool { return o.DurationS > maxBatchS }

// offsets reports whether each word's time can be asked for: beyond 20 minutes, the
// service refuses a request that does.
func (o Options) offsets() bool { return o.DurationS > 0 && o.DurationS <= maxOffsetsS }

func (c *Client) recognition(o Options) *speechpb.RecognitionConfig {
	language := o.Language
	if language == "" {
		language = "auto"
	}
	config := &speechpb.RecognitionConfig{
		DecodingConfig: &speechpb.RecognitionConfig_AutoDecodingConfig{
			AutoDecodingConfig: &speechpb.AutoDetectDecodingConfig{},
		},
		Model:         c.cfg.Model,
		LanguageCodes: []string{language},
		Features:      features(o),
	}
	if !o.Plain {
		config.Adaptation = adaptation(slices.Concat(o.Hints, vocabulary)) // the tenant's own first: the set is bounded
	}
	return config
}

// features asks for the speakers: by channel if each has one, which is exact, else by
// voice. Without a channel mode only the first channel of several would be heard.
func features(o Options) *speechpb.RecognitionFeatures {
	f := &speechpb.RecognitionFeatures{
		EnableAutomaticPunctuation: true,
		EnableWordTimeOffsets:      o.offsets() && !o.Plain,
	}
	switch {
	case o.Channels == 2:
		f.MultiChannelMode = speechpb.RecognitionFeatures_SEPARATE_RECOGNITION_PER_CHANNEL
	case !o.Plain:
		f.DiarizationConfig = &speechpb.SpeakerDiarizationConfig{}
	}
	return f
}

// adaptation returns nil without hints: an empty phrase set is refused.
func adaptation(hints []string) *speechpb.SpeechAdaptation {
	var phrases []*speechpb.PhraseSet_Phrase
	var seen []string
	for _, hint := range hints {
		hint = strings.TrimSpace(hint)
		if hint == "" || len([]rune(hint)) > maxHintRunes || slices.Contains(seen, hint) || len(seen) == maxHints {
			continue
		}
		seen = append(seen, hint)
		phrases = append(phrases, &speechpb.PhraseSet_Phrase{Value: hint})
	}
	if len(phrases) == 0 {
		return nil
	}
	return &speechpb.SpeechAdaptation{PhraseSets: []*speechpb.SpeechAdaptation_AdaptationPhraseSet{{
		Value: &speechpb.SpeechAdaptation_AdaptationPhraseSet_InlinePhraseSet{
			InlinePhraseSet: &speechpb.PhraseSet{Phrases: phrases},
		},
	}}}
}
