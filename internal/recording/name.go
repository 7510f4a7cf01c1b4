package recording

import (
	"fmt"
	"strconv"
)

// The roots of the two trees.
const (
	audioRoot  = "recordings/"
	speechRoot = "speech/"
)

// Object returns the name of a run's audio.
func Object(tenantID, requestID string, run int64) string {
	return audioRoot + tenantID + "/" + requestID + "/" + strconv.FormatInt(run, 10) + "/audio"
}

// SpeechPrefix returns the prefix of everything that Speech-to-Text writes for a run.
func SpeechPrefix(tenantID, requestID string, run int64) string {
	return fmt.Sprintf("%s%s/%s/%d/", speechRoot, tenantID, requestID, run)
}

// SpeechOutput returns the prefix that one paid operation writes to. The intent tells
// it from another operation of the same run.
func SpeechOutput(tenantID, requestID string, run int64, intent string) string {
	return SpeechPrefix(tenantID, requestID, run) + intent + "/"
}

// TenantPrefixes returns what must be deleted to erase a tenant.
func TenantPrefixes(tenantID string) []string {
	return []string{audioRoot + tenantID + "/", speechRoot + tenantID + "/"}
}

// RequestPrefixes returns what must be deleted to erase a request, over all its runs.
func RequestPrefixes(tenantID, requestID string) []string {
	rest := tenantID + "/" + requestID + "/"
	return []string{audioRoot + rest, speechRoot + rest}
}
