package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"time"

	streaming "k8s.io/cri-streaming/pkg/streaming/remotecommand"
	utilexec "k8s.io/utils/exec"
)

// An executor runs commands in containers, each of which it asks its stand-in for a kubelet how to enter.
type executor struct {
	ask       string
	namespace string
}

// serveExec answers `/exec/NAMESPACE/POD/CONTAINER` as a kubelet does, until it fails.
func serveExec(args []string) error {
	flags := flag.NewFlagSet("exec-server", flag.ExitOnError)
	listen := flags.String("listen", "", "address to listen at")
	ask := flags.String("ask", "", "URL that says what goes before a command, to run it in a container")
	certificate := flags.String("certificate", "", "file")
	key := flags.String("key", "", "file")
	if err := flags.Parse(args); err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/exec/{namespace}/{pod}/{container}", func(response http.ResponseWriter, request *http.Request) {
		options, err := streaming.NewOptions(request)
		if err != nil {
			http.Error(response, err.Error(), http.StatusBadRequest)
			return
		}
		by := executor{*ask, request.PathValue("namespace")}
		streaming.ServeExec(response, request, by, request.PathValue("pod"), "", request.PathValue("container"),
			request.URL.Query()["command"], options, time.Hour, time.Minute, streaming.SupportedStreamingProtocols)
	})
	return http.ListenAndServeTLS(*listen, *certificate, *key, mux)
}

func (by executor) ExecInContainer(ctx context.Context, pod string, _ string, container string, command []string, in io.Reader, out, err io.WriteCloser, _ bool, _ <-chan streaming.TerminalSize, _ time.Duration) error {
	before, failed := by.before(pod, container)
	if failed != nil {
		return failed
	}
	words := append(before, command...)
	run := exec.CommandContext(ctx, words[0], words[1:]...)
	run.Stdin, run.Stdout, run.Stderr = in, out, err
	failed = run.Run()
	var exit *exec.ExitError
	if errors.As(failed, &exit) {
		return utilexec.CodeExitError{Err: failed, Code: exit.ExitCode()}
	}
	return failed
}

func (by executor) before(pod, container string) ([]string, error) {
	query := url.Values{"namespace": {by.namespace}, "pod": {pod}, "container": {container}}
	answer, err := http.Get(by.ask + "?" + query.Encode())
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s", strings.TrimSpace(string(body)))
	}
	var words []string
	return words, json.Unmarshal(body, &words)
}
