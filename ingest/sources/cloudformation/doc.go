// Package cloudformation reads templates of AWS CloudFormation and of the
// Serverless Application Model, in YAML and JSON
// (docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html,
// docs.aws.amazon.com/serverless-application-model/latest/developerguide).
//
// Intrinsic functions are evaluated as far as parameters' defaults, mappings and
// conditions tell; of the rest it is known which resources they are made from.
// What a resource means is known by package cloud.
package cloudformation
