// Command check-stack prints, as JSON, what `docker stack` makes of a stack file: read by Docker's own
// loader, with the environment filled in.
//
//	check-stack FILE
//
// It ends with 1, and says why, where the file is wrong, and where it says something that a Swarm would
// pass over.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/cli/cli/compose/loader"
	"github.com/docker/cli/cli/compose/schema"
	"github.com/docker/cli/cli/compose/types"
)

func main() {
	stack, err := load(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(stack); err != nil {
		panic(err)
	}
}

func load(file string) (*types.Config, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	read, err := loader.ParseYAML(text)
	if err != nil {
		return nil, err
	}
	environment := map[string]string{}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		environment[name] = value
	}
	directory, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return nil, err
	}
	stack, err := loader.Load(types.ConfigDetails{
		Version:     schema.Version(read),
		WorkingDir:  directory,
		ConfigFiles: []types.ConfigFile{{Filename: file, Config: read}},
		Environment: environment,
	})
	if err != nil {
		return nil, err
	}
	if passedOver := loader.GetUnsupportedProperties(read); len(passedOver) > 0 {
		return nil, fmt.Errorf("a Swarm passes over %s", strings.Join(passedOver, ", "))
	}
	if old := loader.GetDeprecatedProperties(read); len(old) > 0 {
		return nil, fmt.Errorf("out of date: %v", old)
	}
	return stack, nil
}
