package monitoring

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/sdk/metric"

	"github.com/your-org/multi-tenant-pipeline/pkg/telemetry"
)

// makers are the methods of a meter that make instruments.
var makers = map[string]metric.InstrumentKind{
	"Int64Counter": metric.InstrumentKindCounter, "Float64Counter": metric.InstrumentKindCounter,
	"Int64UpDownCounter": metric.InstrumentKindUpDownCounter, "Float64UpDownCounter": metric.InstrumentKindUpDownCounter,
	"Int64Histogram": metric.InstrumentKindHistogram, "Float64Histogram": metric.InstrumentKindHistogram,
	"Int64Gauge": metric.InstrumentKindGauge, "Float64Gauge": metric.InstrumentKindGauge,
	"Int64ObservableCounter": metric.InstrumentKindObservableCounter, "Float64ObservableCounter": metric.InstrumentKindObservableCounter,
	"Int64ObservableUpDownCounter": metric.InstrumentKindObservableUpDownCounter, "Float64ObservableUpDownCounter": metric.InstrumentKindObservableUpDownCounter,
	"Int64ObservableGauge": metric.InstrumentKindObservableGauge, "Float64ObservableGauge": metric.InstrumentKindObservableGauge,
}

// FromLibraries are metrics that are sent and that no code of ours makes.
var FromLibraries = []string{"http_server_request_duration_seconds", "http_client_request_duration_seconds"}

// Instruments returns the names in PromQL of the instruments that the code under root makes, with
// the file that each is made in.
func Instruments(root string) (map[string]string, error) {
	all := map[string]string{}
	for _, dir := range []string{"cmd", "internal", "pkg"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			var failure error
			ast.Inspect(file, func(node ast.Node) bool {
				if call, ok := node.(*ast.CallExpr); ok && failure == nil {
					var name string
					if name, failure = made(call); name != "" {
						all[name] = path
					}
				}
				return true
			})
			return failure
		})
		if err != nil {
			return nil, fmt.Errorf("find instruments: %w", err)
		}
	}
	return all, nil
}

// made returns the name of the instrument that a call makes, if it makes one.
func made(call *ast.CallExpr) (string, error) {
	kind, ok := makers[method(call)]
	if !ok || len(call.Args) == 0 {
		return "", nil
	}
	unit := ""
	for _, option := range call.Args[1:] {
		if with, ok := option.(*ast.CallExpr); ok && method(with) == "WithUnit" {
			unit = literal(with.Args[0])
		}
	}
	return telemetry.PrometheusName(literal(call.Args[0]), unit, kind)
}

func method(call *ast.CallExpr) string {
	if selector, ok := call.Fun.(*ast.SelectorExpr); ok {
		return selector.Sel.Name
	}
	return ""
}

// literal returns a text in quotes; anything else has no name that could be looked up.
func literal(e ast.Expr) string {
	if basic, ok := e.(*ast.BasicLit); ok {
		if text, err := strconv.Unquote(basic.Value); err == nil {
			return text
		}
	}
	return ""
}
