package deploy

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTerraformSaysWhatTheScriptsRead(t *testing.T) {
	t.Parallel()
	text := string(must(os.ReadFile(filepath.Join("../../terraform", "deployment.tf")))(t))
	_, output, _ := strings.Cut(text, "\noutput \"deployment\" {\n")
	var said []string
	for _, m := range regexp.MustCompile(`(?m)^    ([A-Z_]+) += `).FindAllStringSubmatch(output, -1) {
		said = append(said, m[1])
	}
	library := string(must(os.ReadFile("../../deploy/lib.sh"))(t))
	m := regexp.MustCompile(`for name in ([A-Z_ ]+); do`).FindStringSubmatch(library)
	if m == nil {
		t.Fatal("deploy/lib.sh reads nothing")
	}
	read := strings.Fields(m[1])
	slices.Sort(said)
	slices.Sort(read)
	if diff := cmp.Diff(read, said); diff != "" {
		t.Errorf("terraform/ says otherwise (-deploy/lib.sh +terraform):\n%s", diff)
	}
}
