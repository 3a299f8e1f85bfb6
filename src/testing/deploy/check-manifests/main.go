// Command check-manifests does with manifests what an API server of Kubernetes does with them before
// it stores them: it decodes them strictly, fills in defaults, and validates them, each by that
// server's own code; then it holds pods against the Pod Security Standard "restricted". Objects of
// custom resources are held against the definitions in the files that -crds names, and their rules.
//
//	check-manifests [-crds FILE,FILE…] <manifests.yaml
//
// It prints a line for each problem, and ends with 1 if there is one. Otherwise it prints how many
// objects of which kinds it has seen.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// Where an object says no namespace, kubectl or helm fills in theirs.
const namespace = "gatehouse"

func main() {
	crds := flag.String("crds", "", "files of CustomResourceDefinitions, with commas between")
	flag.Parse()
	custom, err := readDefinitions(strings.Split(*crds, ","))
	if err != nil {
		fail(err)
	}
	kinds := map[string]int{}
	broken := false
	documents := utilyaml.NewYAMLReader(bufio.NewReader(os.Stdin))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			fail(err)
		}
		text, err := yaml.YAMLToJSON(document)
		if err != nil {
			fail(err)
		}
		if string(text) == "null" {
			continue
		}
		// Whole numbers stay such: rules of definitions go by it.
		var object unstructured.Unstructured
		if err := object.UnmarshalJSON(text); err != nil {
			fail(err)
		}
		kinds[object.GetKind()]++
		for _, problem := range problems(document, object, custom) {
			broken = true
			fmt.Printf("%s/%s: %s\n", object.GetKind(), object.GetName(), problem)
		}
	}
	if broken {
		os.Exit(1)
	}
	var counts []string
	for kind, count := range kinds {
		counts = append(counts, fmt.Sprintf("%d %s", count, kind))
	}
	slices.Sort(counts)
	fmt.Println(strings.Join(counts, ", "))
}

func problems(document []byte, object unstructured.Unstructured, custom definitions) []string {
	kind := object.GroupVersionKind()
	if builtIn.Recognizes(kind) {
		return builtInProblems(document)
	}
	definition, known := custom[kind]
	if !known {
		return []string{"nothing is known of " + kind.String()}
	}
	return definition.problems(object)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(2)
}
