package recording

import "strconv"

// The roots of the trees.
const (
	audioRoot   = "recordings/"
	uploadRoot  = "uploads/"
	speechRoot  = "speech/"
	exportRoot  = "exports/"
	erasureRoot = "erasures/"
)

// Object returns the name of a run's audio.
func Object(tenantID, requestID string, run int64) string {
	return audioRoot + tenantID + "/" + requestID + "/" + strconv.FormatInt(run, 10) + "/audio"
}

// Upload returns the name under which the caller of the API uploads a request's audio.
func Upload(tenantID, requestID string) string {
	return UploadPrefix(tenantID, requestID) + "audio"
}

// UploadPrefix returns the prefix of everything that is uploaded for a request.
func UploadPrefix(tenantID, requestID string) string {
	return uploadRoot + tenantID + "/" + requestID + "/"
}

// SpeechPrefix returns the prefix of everything that Speech-to-Text writes for a request, over
// all its runs: one may end what another has begun.
func SpeechPrefix(tenantID, requestID string) string {
	return speechRoot + tenantID + "/" + requestID + "/"
}

// SpeechOutput returns the prefix that one paid operation writes to. The intent tells
// it from another operation of the same run.
func SpeechOutput(tenantID, requestID string, run int64, intent string) string {
	return SpeechPrefix(tenantID, requestID) + strconv.FormatInt(run, 10) + "/" + intent + "/"
}

// SpeechPiece returns the name of what is sent to Speech-to-Text instead of a run's recording:
// its n-th piece, from 0.
func SpeechPiece(tenantID, requestID string, run int64, n int) string {
	return SpeechPrefix(tenantID, requestID) + strconv.FormatInt(run, 10) + "/piece-" + strconv.Itoa(n)
}

// ExportPrefix returns the prefix of everything that the exports of a tenant have made.
func ExportPrefix(tenantID string) string { return exportRoot + tenantID + "/" }

// Export returns the name of an export's result.
func Export(tenantID, jobID string) string { return ExportPrefix(tenantID) + jobID + ".zip" }

// ExportParts returns the prefix of what an export has gathered so far.
func ExportParts(tenantID, jobID string) string { return ExportPrefix(tenantID) + jobID + "/" }

// Erasures is the prefix of all notes of erasures, whatever tenant asked.
const Erasures = erasureRoot

// Erasure returns the name of the note that an erasure was asked for. It must outlive the
// database, whose backups know people again that were erased since.
func Erasure(tenantID, jobID string) string { return erasureRoot + tenantID + "/" + jobID + ".json" }

// TenantPrefixes returns what must be deleted to erase a tenant. Its notes of erasures stay:
// they hold hashes, and a restored backup needs them.
func TenantPrefixes(tenantID string) []string {
	return []string{
		audioRoot + tenantID + "/", uploadRoot + tenantID + "/", speechRoot + tenantID + "/", ExportPrefix(tenantID),
	}
}

// RequestPrefixes returns what must be deleted to erase a request, over all its runs.
func RequestPrefixes(tenantID, requestID string) []string {
	rest := tenantID + "/" + requestID + "/"
	return []string{audioRoot + rest, uploadRoot + rest, speechRoot + rest}
}
