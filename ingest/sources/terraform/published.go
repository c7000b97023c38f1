package terraform

import "strings"

// modules are well-known published modules, by the main resource that each makes:
// their code is not among the inputs, and what they are given reads like that
// resource's attributes (registry.terraform.io/namespaces/terraform-aws-modules and
// its like).
var modules = map[string]string{
	"terraform-aws-modules/vpc/aws":                     "aws_subnet",
	"terraform-aws-modules/eks/aws":                     "aws_eks_cluster",
	"terraform-aws-modules/rds/aws":                     "aws_db_instance",
	"terraform-aws-modules/rds-aurora/aws":              "aws_rds_cluster",
	"terraform-aws-modules/s3-bucket/aws":               "aws_s3_bucket",
	"terraform-aws-modules/lambda/aws":                  "aws_lambda_function",
	"terraform-aws-modules/alb/aws":                     "aws_lb",
	"terraform-aws-modules/elb/aws":                     "aws_elb",
	"terraform-aws-modules/sqs/aws":                     "aws_sqs_queue",
	"terraform-aws-modules/sns/aws":                     "aws_sns_topic",
	"terraform-aws-modules/dynamodb-table/aws":          "aws_dynamodb_table",
	"terraform-aws-modules/ec2-instance/aws":            "aws_instance",
	"terraform-aws-modules/autoscaling/aws":             "aws_autoscaling_group",
	"terraform-aws-modules/kms/aws":                     "aws_kms_key",
	"terraform-aws-modules/cloudfront/aws":              "aws_cloudfront_distribution",
	"terraform-aws-modules/elasticache/aws":             "aws_elasticache_replication_group",
	"terraform-aws-modules/msk-kafka-cluster/aws":       "aws_msk_cluster",
	"terraform-aws-modules/opensearch/aws":              "aws_opensearch_domain",
	"terraform-aws-modules/ecr/aws":                     "aws_ecr_repository",
	"terraform-aws-modules/acm/aws":                     "aws_acm_certificate",
	"terraform-aws-modules/efs/aws":                     "aws_efs_file_system",
	"terraform-google-modules/kubernetes-engine/google": "google_container_cluster",
	"terraform-google-modules/network/google":           "google_compute_network",
	"terraform-google-modules/cloud-storage/google":     "google_storage_bucket",
	"terraform-google-modules/memorystore/google":       "google_redis_instance",
	"GoogleCloudPlatform/sql-db/google":                 "google_sql_database_instance",
	"terraform-google-modules/sql-db/google":            "google_sql_database_instance",
	"Azure/aks/azurerm":                                 "azurerm_kubernetes_cluster",
	"Azure/network/azurerm":                             "azurerm_virtual_network",
	"Azure/vnet/azurerm":                                "azurerm_virtual_network",
	"Azure/postgresql/azurerm":                          "azurerm_postgresql_server",
}

// published returns the type of the main resource of a published module; "" for one
// that is not known: references lead through it to what it is given.
func published(source string) string {
	source, _, _ = strings.Cut(source, "//")
	if typ := modules[source]; typ != "" {
		return typ
	}
	// git::https://github.com/terraform-aws-modules/terraform-aws-vpc.git?ref=v5
	source, _, _ = strings.Cut(source, "?")
	source = strings.TrimSuffix(source, ".git")
	for name, typ := range modules {
		parts := strings.Split(name, "/")
		if strings.HasSuffix(source, parts[0]+"/terraform-"+parts[2]+"-"+parts[1]) {
			return typ
		}
	}
	return ""
}
