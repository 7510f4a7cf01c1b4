// Package build says which build of the program this is.
package build

import "runtime/debug"

// version is set by the image's build: -ldflags "-X …/pkg/build.version=v1.2.3".
var version string

// Version returns the released version, else the commit that was built, else "dev".
func Version() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "dev"
	}
	return fromSettings(info.Settings)
}

func fromSettings(settings []debug.BuildSetting) string {
	var revision, dirty string
	for _, s := range settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "-dirty"
		}
	}
	if revision == "" {
		return "dev"
	}
	return revision[:min(12, len(revision))] + dirty
}
