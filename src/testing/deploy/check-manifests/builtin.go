package main

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/apps"
	appsinstall "k8s.io/kubernetes/pkg/apis/apps/install"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/autoscaling"
	autoscalinginstall "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	autoscalingvalidation "k8s.io/kubernetes/pkg/apis/autoscaling/validation"
	"k8s.io/kubernetes/pkg/apis/batch"
	batchinstall "k8s.io/kubernetes/pkg/apis/batch/install"
	batchvalidation "k8s.io/kubernetes/pkg/apis/batch/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	coreinstall "k8s.io/kubernetes/pkg/apis/core/install"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/networking"
	networkinginstall "k8s.io/kubernetes/pkg/apis/networking/install"
	networkingvalidation "k8s.io/kubernetes/pkg/apis/networking/validation"
	"k8s.io/kubernetes/pkg/apis/policy"
	policyinstall "k8s.io/kubernetes/pkg/apis/policy/install"
	policyvalidation "k8s.io/kubernetes/pkg/apis/policy/validation"
	"k8s.io/kubernetes/pkg/apis/rbac"
	rbacinstall "k8s.io/kubernetes/pkg/apis/rbac/install"
	rbacvalidation "k8s.io/kubernetes/pkg/apis/rbac/validation"
	"k8s.io/pod-security-admission/admission"
	"k8s.io/pod-security-admission/api"
	podsecurity "k8s.io/pod-security-admission/policy"
)

var (
	builtIn = scheme()
	codecs  = serializer.NewCodecFactory(builtIn, serializer.EnableStrict)
)

func scheme() *runtime.Scheme {
	all := runtime.NewScheme()
	for _, install := range []func(*runtime.Scheme){
		coreinstall.Install, appsinstall.Install, batchinstall.Install,
		autoscalinginstall.Install, networkinginstall.Install, policyinstall.Install,
		rbacinstall.Install,
	} {
		install(all)
	}
	metav1.AddToGroupVersion(all, metav1.SchemeGroupVersion)
	return all
}

// Unknown and doubled fields first: what else is wrong may come of them.
func builtInProblems(document []byte) []string {
	written, _, err := codecs.UniversalDeserializer().Decode(document, nil, nil)
	if err != nil {
		return []string{err.Error()}
	}
	filled, err := runtime.Decode(codecs.UniversalDecoder(), document)
	if err != nil {
		return []string{err.Error()}
	}
	var found []string
	for _, problem := range validate(filled) {
		found = append(found, problem.Error())
	}
	return append(found, podSecurityProblems(written)...)
}

func validate(object runtime.Object) field.ErrorList {
	if accessor, ok := object.(metav1.Object); ok && accessor.GetNamespace() == "" {
		if _, cluster := object.(*core.Namespace); !cluster {
			accessor.SetNamespace(namespace)
		}
	}
	prepare(object)
	switch object := object.(type) {
	case *core.Namespace:
		return corevalidation.ValidateNamespace(object)
	case *core.ConfigMap:
		return corevalidation.ValidateConfigMap(object)
	case *core.Secret:
		return corevalidation.ValidateSecret(object)
	case *core.ServiceAccount:
		return corevalidation.ValidateServiceAccount(object)
	case *core.Service:
		return corevalidation.ValidateServiceCreate(object)
	case *core.PersistentVolumeClaim:
		return corevalidation.ValidatePersistentVolumeClaim(object, corevalidation.ValidationOptionsForPersistentVolumeClaimCreate())
	case *core.Pod:
		return corevalidation.ValidatePodCreate(object, podutil.GetValidationOptionsFromPodSpecAndMeta(&object.Spec, nil, &object.ObjectMeta, nil))
	case *apps.Deployment:
		return appsvalidation.ValidateDeployment(object, ofTemplate(&object.Spec.Template))
	case *apps.StatefulSet:
		return appsvalidation.ValidateStatefulSet(object, appsvalidation.StatefulSetValidationOptions{}, ofTemplate(&object.Spec.Template))
	case *batch.Job:
		return batchvalidation.ValidateJobCreate(object, batchvalidation.JobValidationOptions{PodValidationOptions: ofTemplate(&object.Spec.Template)})
	case *batch.CronJob:
		return batchvalidation.ValidateCronJobCreate(object, ofTemplate(&object.Spec.JobTemplate.Spec.Template))
	case *autoscaling.HorizontalPodAutoscaler:
		return autoscalingvalidation.ValidateHorizontalPodAutoscaler(object, autoscalingvalidation.HorizontalPodAutoscalerSpecValidationOptions{MinReplicasLowerBound: 1})
	case *networking.Ingress:
		return networkingvalidation.ValidateIngressCreate(object)
	case *networking.NetworkPolicy:
		return networkingvalidation.ValidateNetworkPolicy(object, networkingvalidation.NetworkPolicyValidationOptions{})
	case *policy.PodDisruptionBudget:
		return policyvalidation.ValidatePodDisruptionBudget(object, policyvalidation.PodDisruptionBudgetValidationOptions{})
	case *rbac.Role:
		return rbacvalidation.ValidateRole(object)
	case *rbac.RoleBinding:
		return rbacvalidation.ValidateRoleBinding(object)
	}
	return field.ErrorList{field.InternalError(nil, fmt.Errorf("nothing here validates %T", object))}
}

// prepare fills in what a server does before it validates, beside defaults.
func prepare(object runtime.Object) {
	switch object := object.(type) {
	case *core.Service:
		if object.Spec.ClusterIP != "" {
			object.Spec.ClusterIPs = []string{object.Spec.ClusterIP}
		}
	case *batch.Job:
		// A job selects its pods by a number that it is given; here their labels stand for it.
		object.Spec.ManualSelector = new(bool)
		*object.Spec.ManualSelector = true
		object.Spec.Selector = &metav1.LabelSelector{MatchLabels: object.Spec.Template.Labels}
	}
}

func ofTemplate(template *core.PodTemplateSpec) corevalidation.PodValidationOptions {
	return podutil.GetValidationOptionsFromPodTemplate(template, nil)
}

// podSecurityProblems says why a namespace that enforces "restricted" would refuse the pods.
func podSecurityProblems(object runtime.Object) []string {
	extractor := admission.DefaultPodSpecExtractor{}
	meta, spec, err := extractor.ExtractPodSpec(object)
	if err != nil || spec == nil {
		return nil
	}
	evaluator, err := podsecurity.NewEvaluator(podsecurity.DefaultChecks(), nil)
	utilruntime.Must(err)
	restricted := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	var found []string
	for _, result := range evaluator.EvaluatePod(restricted, meta, spec) {
		if !result.Allowed {
			found = append(found, result.ForbiddenReason+": "+result.ForbiddenDetail)
		}
	}
	return found
}
