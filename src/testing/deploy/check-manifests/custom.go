package main

import (
	"context"
	"os"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	crdinstall "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
)

// What the API server grants the rules of a definition, each and all together.
const (
	costOfOne = 1_000_000
	costOfAll = 10_000_000
)

// A definition is one version of a custom resource.
type definition struct {
	validator validation.SchemaValidator
	fields    *structural.Structural
	// Where the definition has rules (x-kubernetes-validations).
	rules *cel.Validator
}

type definitions map[schema.GroupVersionKind]definition

func readDefinitions(files []string) (definitions, error) {
	scheme := runtime.NewScheme()
	crdinstall.Install(scheme)
	decoder := serializer.NewCodecFactory(scheme).UniversalDecoder(apiextensions.SchemeGroupVersion)
	all := definitions{}
	for _, file := range files {
		if file == "" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		object := &apiextensions.CustomResourceDefinition{}
		if err := runtime.DecodeInto(decoder, text, object); err != nil {
			return nil, err
		}
		for _, version := range object.Spec.Versions {
			described := object.Spec.Validation
			if version.Schema != nil {
				described = version.Schema
			}
			validator, _, err := validation.NewSchemaValidator(described.OpenAPIV3Schema)
			if err != nil {
				return nil, err
			}
			fields, err := structural.NewStructural(described.OpenAPIV3Schema)
			if err != nil {
				return nil, err
			}
			kind := schema.GroupVersionKind{Group: object.Spec.Group, Version: version.Name, Kind: object.Spec.Names.Kind}
			all[kind] = definition{validator, fields, cel.NewValidator(fields, true, costOfOne)}
		}
	}
	return all, nil
}

func (of definition) problems(object unstructured.Unstructured) []string {
	var found []string
	for _, problem := range validation.ValidateCustomResource(nil, object.Object, of.validator) {
		found = append(found, problem.Error())
	}
	if of.rules != nil {
		whole := object.DeepCopy().Object
		defaulting.Default(whole, of.fields)
		broken, _ := of.rules.Validate(context.Background(), nil, of.fields, whole, nil, costOfAll)
		for _, problem := range broken {
			found = append(found, problem.Error())
		}
	}
	unknown := pruning.PruneWithOptions(object.DeepCopy().Object, of.fields, true, structural.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	for _, path := range unknown {
		found = append(found, "unknown field "+path)
	}
	return found
}
