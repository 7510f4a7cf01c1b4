package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/sethvargo/go-envconfig"
	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/gemini"
	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/evaluate"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// rulesModel is the model that is none.
const rulesModel = "rules"

// trial is what is measured, and with what.
type trial struct {
	cases, transcripts string // files
	model              string
	predictions        string // file to write
	parallel           int
}

func newEvaluate(t *tool) *cobra.Command {
	var try trial
	cmd := &cobra.Command{
		Use: "evaluate", Short: "Measure how right the analysis is, on cases whose answers are known",
		Long: `Run the analysis over labelled cases and say how often it is right, field by field, beside what
always giving the same answer would reach. Cases are JSON lines; test/testdata/evaluation/README.md
describes them. Without labels only predictions are written.

The rules need neither network nor credentials. Any other --model is the name of a Gemini model, or
a JSON array of profiles as in GEMINI_MODELS, asked with Google's default credentials in the project
GOOGLE_CLOUD_PROJECT; every case is paid for, those with injected words twice.

With --transcripts, recordings are scored instead: how many words, names and speakers were understood.`,
		Example: `  pipelinectl evaluate --cases test/testdata/evaluation/development.jsonl
  pipelinectl evaluate --cases cases.jsonl --model gemini-2.5-flash --predictions predictions.jsonl`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if try.transcripts != "" {
				return t.scoreTranscripts(cmd.OutOrStdout(), try.transcripts)
			}
			return t.evaluate(cmd, try)
		},
	}
	set := cmd.Flags()
	set.StringVar(&try.cases, "cases", "", "file of cases")
	set.StringVar(&try.transcripts, "transcripts", "", "file of recordings: id, reference, hypothesis and entities, one JSON object a line")
	set.StringVar(&try.model, "model", rulesModel, rulesModel+", the name of a model, or profiles as JSON")
	set.StringVar(&try.predictions, "predictions", "", "file to write what was answered to")
	set.IntVar(&try.parallel, "parallel", 1, "cases at a time")
	cmd.MarkFlagsOneRequired("cases", "transcripts")
	cmd.MarkFlagsMutuallyExclusive("cases", "transcripts")
	return cmd
}

func (t *tool) evaluate(cmd *cobra.Command, try trial) (err error) {
	set, err := readWith(try.cases, evaluate.ReadCases)
	if err != nil {
		return err
	}
	if len(set.Ignored) > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "These keys mean nothing here and were left out: %s\n", strings.Join(set.Ignored, ", "))
	}
	analyzer, err := t.analyzer(cmd.Context(), try.model)
	if err != nil {
		return err
	}
	predictions := io.Discard
	if try.predictions != "" { // before anything is paid for
		file, err := os.Create(try.predictions)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		predictions = file
	}
	outcomes, err := evaluate.Run(cmd.Context(), analyzer, set.Cases, try.parallel)
	if err != nil {
		return err
	}
	if err := evaluate.WritePredictions(predictions, outcomes); err != nil {
		return err
	}
	report := evaluate.NewReport(outcomes)
	if report.Labelled == 0 && try.predictions == "" {
		return evaluate.WritePredictions(cmd.OutOrStdout(), outcomes)
	}
	return t.printScore(cmd.OutOrStdout(), report, report.Print)
}

func (t *tool) scoreTranscripts(out io.Writer, path string) error {
	recordings, err := readWith(path, evaluate.ReadTranscripts)
	if err != nil {
		return err
	}
	score := evaluate.ScoreTranscripts(recordings)
	return t.printScore(out, score, score.Print)
}

// printScore writes a score as JSON, or as write does.
func (t *tool) printScore(out io.Writer, score any, write func(io.Writer) error) error {
	if !t.json {
		return write(out)
	}
	s := &session{out: out}
	return s.printValue(score)
}

func readWith[T any](path string, read func(io.Reader) (T, error)) (T, error) {
	file, err := os.Open(path) //nolint:gosec // the file that the command line names
	if err != nil {
		var none T
		return none, err
	}
	defer file.Close()
	return read(file)
}

// analyzer returns the analysis with a model, or with the rules alone.
func (t *tool) analyzer(ctx context.Context, name string) (*analyze.Worker, error) {
	// A busy model is waited for, a while: nobody is waiting for these leads.
	cfg := analyze.Config{Attempts: 6, MaxPause: 30 * time.Second}
	if name == rulesModel {
		return analyze.New(cfg, nil, nil)
	}
	var from modelConfig
	if err := config.LoadFrom(ctx, &from, envconfig.LookuperFunc(func(key string) (string, bool) {
		value := t.getenv(key)
		if key == "GEMINI_MODELS" {
			value = name
		}
		return value, value != ""
	})); err != nil {
		return nil, err
	}
	model, err := gemini.New(ctx, from.Gemini)
	if err != nil {
		return nil, err
	}
	prices, err := from.Prices.Table()
	if err != nil {
		return nil, err
	}
	return analyze.New(cfg, model, prices)
}

// modelConfig says where models are asked, and what they cost.
type modelConfig struct {
	Gemini gemini.Config
	Prices cost.Config
}

// Validate reports everything that is wrong with the configuration.
func (c *modelConfig) Validate() error { return errors.Join(c.Gemini.Validate(), c.Prices.Validate()) }
