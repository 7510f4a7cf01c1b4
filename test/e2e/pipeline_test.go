package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/samples"
)

// sampleAudio returns the audio of a sample, changed at its end so that no stand-in knows
// it: n tells one from another.
func sampleAudio(t *testing.T, name string, n int) []byte {
	t.Helper()
	sample, ok := samples.ByName(name)
	if !ok {
		t.Fatalf("no sample %s", name)
	}
	// An ID3v1 tag is 128 bytes at the end of an MP3, and no player hears it.
	tag := make([]byte, 128)
	copy(tag, fmt.Sprintf("TAG%d", n))
	return append(bytes.Clone(sample.Audio), tag...)
}

// conversation is what is said in a call about one kind of project.
func conversation(project, name string) []turn {
	return []turn{
		{"agent", 0, 5, "Thank you for calling Demo Remodeling, this is Alex. How can I help you?"},
		{"customer", 5, 14, "Hi, my name is " + name + ". I would like a quote for a new " + project + ", please."},
		{"agent", 14, 18, "Happy to help. When would you like to start, and do you have a budget in mind?"},
		{"customer", 18, 27, "We want to start within the next two weeks, and we have about eighty thousand dollars set aside. It is our own house."},
		{"agent", 27, 33, "Great. Can we come out on Tuesday at ten in the morning?"},
		{"customer", 33, 37, "Yes, Tuesday at ten works. Thank you."},
	}
}

// exactlyOnce waits until a caller's lead is everywhere, and then that it is nowhere twice.
func (s *stack) exactlyOnce(t *testing.T, tenant int, phone, requestID string) {
	t.Helper()
	check := func() error {
		digits := phone[2:]
		counts := map[string]int{}
		for system, types := range map[string]map[string]string{
			"hubspot":    {"contacts": digits, "deals": requestID, "calls": requestID},
			"salesforce": {"Lead": digits, "Task": requestID},
			"pipedrive":  {"persons": digits, "leads": requestID, "notes": requestID},
			"custom":     {"deliveries": requestID},
			"slack":      {"messages": requestID},
			"email":      {"messages": requestID},
		} {
			objects := s.inspect(t, system, tenant)
			for kind, text := range types {
				counts[system+" "+kind] = count(t, objects, kind, text)
			}
		}
		for what, n := range counts {
			if n != 1 {
				return fmt.Errorf("%d %s, want 1 (%v)", n, what, counts)
			}
		}
		return nil
	}
	eventually(t, "lead "+requestID+" is delivered", check)
	time.Sleep(time.Second) // what is doubled comes a little later
	if err := check(); err != nil {
		t.Error(err)
	}
}

func TestAllSamplesBecomeLeads(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	out, err := run(ctx, t, nil, watchedDevstack(t), "-once")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, s := range samples.All() {
		if !strings.Contains(out, s.Name) {
			t.Errorf("no row for %s", s.Name)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
}

//nolint:tparallel // its parts share a stack, one after the other
func TestALeadIsDeliveredExactlyOnce(t *testing.T) {
	t.Parallel() // it waits for leases to run out, most of its time
	s := start(t, nil, "-separate", "-no-samples")

	t.Run("when its delivery comes twenty times at once", func(t *testing.T) {
		phone := "+13035550150"
		c := call(s, 0, "CAL00000000000000000000000000000150", phone, "EXAMPLE ROBIN")
		s.addCall(t, c, sampleAudio(t, "kitchen-hot", 150), conversation("kitchen", "Robin Example"))
		var wg sync.WaitGroup
		var mu sync.Mutex
		outcomes, ids := map[string]int{}, map[string]bool{}
		for range 20 {
			wg.Go(func() {
				status, answer, err := s.deliver(t.Context(), 0, c)
				if err != nil || status != http.StatusOK {
					t.Errorf("status %d, %v", status, err)
				}
				mu.Lock()
				defer mu.Unlock()
				outcomes[answer.Status]++
				ids[answer.RequestID] = true
			})
		}
		wg.Wait()
		if outcomes["accepted"] != 1 || outcomes["duplicate"] != 19 || len(ids) != 1 {
			t.Errorf("outcomes %v, ids %v", outcomes, ids)
		}
		for id := range ids {
			s.exactlyOnce(t, 0, phone, id)
		}
	})

	for i, service := range []string{"webhook", "transcribe", "analyze", "push", "notify", "sweep"} {
		t.Run("when "+service+" is killed", func(t *testing.T) {
			phone := fmt.Sprintf("+1303555016%d", i)
			c := call(s, 0, fmt.Sprintf("CAL0000000000000000000000000000016%d", i), phone, "EXAMPLE JAMIE")
			s.addCall(t, c, sampleAudio(t, "bathroom-visit", 160+i), conversation("bathroom", "Jamie Example"))
			id := s.mustDeliver(t, 0, c)
			time.Sleep(time.Duration(rand.IntN(700)) * time.Millisecond) // any moment
			s.kill(t, service)
			s.exactlyOnce(t, 0, phone, id)
		})
	}
}

func TestALeadIsDeliveredExactlyOnceByAPushThatDiesInsideASlowCRMCall(t *testing.T) {
	t.Parallel() // it waits until an attempt of unknown outcome can no longer show
	s := start(t, nil, "-separate", "-no-samples")
	faults := encode(t, []map[string]any{{"system": "hubspot", "latency_ms": 400}})
	if status, body := request(t, http.MethodPut, s.SandboxURL+"/faults", "application/json", faults, nil); status/100 != 2 {
		t.Fatalf("set faults: %d %s", status, body)
	}
	for i := range 2 {
		phone := fmt.Sprintf("+1303555014%d", i)
		c := call(s, 0, fmt.Sprintf("CAL0000000000000000000000000000014%d", i), phone, "EXAMPLE ALEX")
		s.addCall(t, c, sampleAudio(t, "bathroom-visit", 140+i), conversation("bathroom", "Alex Example"))
		id := s.mustDeliver(t, 0, c)
		time.Sleep(time.Second + time.Duration(rand.IntN(2500))*time.Millisecond)
		s.kill(t, "push")
		s.exactlyOnce(t, 0, phone, id)
	}
}

// kill ends a service at once and waits until another process has taken its place.
func (s *stack) kill(t *testing.T, service string) {
	t.Helper()
	if err := s.reload(); err != nil {
		t.Fatal(err)
	}
	before := s.Pids[service]
	if len(before) == 0 {
		t.Fatalf("%s has no process: %v", service, s.Pids)
	}
	if err := syscall.Kill(before[0], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, service+" is back", func() error {
		if err := s.reload(); err != nil {
			return err
		}
		now := s.Pids[service]
		if len(now) == 0 || now[0] == before[0] {
			return fmt.Errorf("pids %v", now)
		}
		return nil
	})
}

// leadOf waits for the deal of a request and returns it as text.
func (s *stack) leadOf(t *testing.T, tenant int, requestID string) string {
	t.Helper()
	var found string
	eventually(t, "deal of "+requestID, func() error {
		for _, o := range s.inspect(t, "hubspot", tenant) {
			if text := string(encode(t, o.Fields)); o.Type == "deals" && strings.Contains(text, requestID) {
				found = text
				return nil
			}
		}
		return fmt.Errorf("not there yet")
	})
	return found
}

//nolint:tparallel // its parts are stacks of their own; both at once would be too many
func TestTheStandInsCompute(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	command := filepath.Join(dir, "listen")
	script := "#!/bin/sh\necho 'Customer: Hello, I would like a quote for a purple sunroom addition. My name is Pat Example.'\n"
	if err := os.WriteFile(command, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}

	t.Run("swapped transcripts swap the leads", func(t *testing.T) {
		s := start(t, nil, "-no-samples")
		projects := []string{"kitchen", "bathroom"}
		for round := range 2 {
			for i := range 2 {
				project := projects[(i+round)%2]
				n := 170 + 2*round + i
				c := call(s, 0, fmt.Sprintf("CAL00000000000000000000000000000%d", n), fmt.Sprintf("+13035550%d", n), "EXAMPLE SKY")
				s.addCall(t, c, sampleAudio(t, "kitchen-hot", i), conversation(project, "Sky Example")) // the same two recordings in both rounds
				if lead := s.leadOf(t, 0, s.mustDeliver(t, 0, c)); !strings.Contains(strings.ToLower(lead), project) {
					t.Errorf("round %d, call %d: no %s in %s", round, i, project, lead)
				}
			}
		}
		silent := call(s, 1, "CAL00000000000000000000000000000178", "+13035550178", "EXAMPLE SKY")
		s.addCall(t, silent, sampleAudio(t, "kitchen-hot", 178), nil) // audio that nobody knows
		id := s.mustDeliver(t, 1, silent)
		if lead := s.leadOf(t, 1, id); strings.Contains(strings.ToLower(lead), "kitchen") {
			t.Errorf("changed audio is not silence: %s", lead)
		}
	})

	t.Run("the words of a speech command reach the CRM", func(t *testing.T) {
		s := start(t, []string{"SANDBOX_SPEECH_COMMAND=" + command}, "-no-samples")
		c := call(s, 0, "CAL00000000000000000000000000000179", "+13035550179", "EXAMPLE PAT")
		s.addCall(t, c, sampleAudio(t, "kitchen-hot", 179), nil)
		id := s.mustDeliver(t, 0, c)
		s.leadOf(t, 0, id)
		eventually(t, "the words are in the CRM", func() error {
			if count(t, s.inspect(t, "hubspot", 0), "calls", "purple sunroom") != 1 {
				return fmt.Errorf("not there")
			}
			return nil
		})
	})
}

func TestALateRecordingUpdatesTheLead(t *testing.T) {
	t.Parallel()
	s := start(t, nil, "-no-samples")
	phone, resource := "+13035550180", "CAL00000000000000000000000000000180"
	missed := call(s, 0, resource, phone, "EXAMPLE LEE")
	for key, value := range map[string]any{
		"call_type": "missed", "answered": false, "recording": "", "recording_duration": "", "duration": "20",
	} {
		missed[key] = value
	}
	s.addCall(t, missed, nil, nil)
	id := s.mustDeliver(t, 0, missed)
	s.exactlyOnce(t, 0, phone, id)

	recorded := call(s, 0, resource, phone, "EXAMPLE LEE")
	recorded["changes"] = []string{"recording_duration"}
	s.addCall(t, recorded, sampleAudio(t, "kitchen-hot", 180), conversation("kitchen", "Lee Example"))
	status, answer, err := s.deliverAs(t.Context(), 0, "call_modified", recorded)
	if err != nil || status != http.StatusOK || answer.Status != "updated" || answer.RequestID != id {
		t.Fatalf("got %d %+v %v", status, answer, err)
	}
	eventually(t, "the lead shows what was said", func() error {
		hubspot := s.inspect(t, "hubspot", 0)
		for kind, text := range map[string]string{"contacts": phone[2:], "deals": id, "calls": id} {
			if n := count(t, hubspot, kind, text); n != 1 {
				t.Fatalf("%d %s, want 1", n, kind)
			}
		}
		if count(t, hubspot, "calls", "eighty thousand") != 1 {
			return errors.New("the call does not hold the words yet")
		}
		return nil
	})
	if n := count(t, s.inspect(t, "slack", 0), "", id); n > 2 {
		t.Errorf("%d messages: people are told again only when the score band rises", n)
	}
}

func TestStoppingLeavesNoProcess(t *testing.T) {
	t.Parallel()
	s := start(t, nil, "-separate", "-no-samples")
	pids := s.Pids
	if len(pids) < 7 {
		t.Fatalf("pids %v", pids)
	}
	if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	for service, all := range pids {
		for _, pid := range all {
			eventually(t, service+" has ended", func() error {
				if syscall.Kill(pid, 0) == nil {
					return fmt.Errorf("process %d lives", pid)
				}
				return nil
			})
		}
	}
	eventually(t, "the ready file is gone", func() error {
		if _, err := os.Stat(s.path); err == nil {
			return errors.New("it is still there")
		}
		return nil
	})
}
