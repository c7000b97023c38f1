package cloud

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// FromCloudFormation returns the type that the Terraform provider has for a type of
// CloudFormation ("AWS::RDS::DBInstance"); "" for what neither is a node nor joins any.
func FromCloudFormation(resourceType string) string {
	if typ, listed := cloudFormation()[resourceType]; listed {
		return typ
	}
	// Most names are the same: AWS::SQS::Queue is aws_sqs_queue.
	parts := strings.Split(resourceType, "::")
	if len(parts) != 3 || parts[0] != "AWS" {
		return ""
	}
	service, name := strings.ToLower(parts[1]), Snake(parts[2])
	for _, typ := range []string{"aws_" + service + "_" + name, "aws_" + name} {
		if _, joins := attachments[typ]; joins || KindOf(typ) != "" {
			return typ
		}
	}
	return ""
}

// cloudFormation is the table below, turned into a map once.
var cloudFormation = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	fields := strings.Fields(renamed)
	for i := 0; i+1 < len(fields); i += 2 {
		out["AWS::"+fields[i]] = fields[i+1]
	}
	return out
})

// renamed lists the types whose names differ in more than spelling
// (docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference), those of the
// Serverless Application Model among them.
const renamed = `
	RDS::DBInstance aws_db_instance  RDS::DBCluster aws_rds_cluster  RDS::GlobalCluster aws_rds_global_cluster  RDS::DBSubnetGroup aws_db_subnet_group
	DocDB::DBCluster aws_docdb_cluster  DocDB::DBInstance aws_docdb_cluster_instance  Neptune::DBCluster aws_neptune_cluster  Neptune::DBInstance aws_neptune_cluster_instance
	ElastiCache::CacheCluster aws_elasticache_cluster  ElastiCache::ReplicationGroup aws_elasticache_replication_group  ElastiCache::ServerlessCache aws_elasticache_serverless_cache  ElastiCache::SubnetGroup aws_elasticache_subnet_group
	DynamoDB::Table aws_dynamodb_table  DynamoDB::GlobalTable aws_dynamodb_table  S3::Bucket aws_s3_bucket  EFS::FileSystem aws_efs_file_system  EFS::MountTarget aws_efs_mount_target
	OpenSearchService::Domain aws_opensearch_domain  Elasticsearch::Domain aws_elasticsearch_domain  Redshift::Cluster aws_redshift_cluster  MemoryDB::Cluster aws_memorydb_cluster
	AmazonMQ::Broker aws_mq_broker  MSK::Cluster aws_msk_cluster  MSK::ServerlessCluster aws_msk_serverless_cluster  Kinesis::Stream aws_kinesis_stream  KinesisFirehose::DeliveryStream aws_kinesis_firehose_delivery_stream
	Events::EventBus aws_cloudwatch_event_bus  Events::Rule aws_cloudwatch_event_rule  SNS::Subscription aws_sns_topic_subscription
	ECS::TaskDefinition aws_ecs_task_definition  EKS::Nodegroup aws_eks_node_group  EKS::FargateProfile aws_eks_fargate_profile
	EC2::Instance aws_instance  EC2::LaunchTemplate aws_launch_template  AutoScaling::LaunchConfiguration aws_launch_configuration  AutoScaling::AutoScalingGroup aws_autoscaling_group
	EC2::VPC aws_vpc  EC2::Subnet aws_subnet  EC2::NatGateway aws_nat_gateway  EC2::InternetGateway aws_internet_gateway  EC2::EIP aws_eip  EC2::EIPAssociation aws_eip_association  EC2::RouteTable aws_route_table
	EC2::Route aws_route  EC2::SubnetRouteTableAssociation aws_route_table_association  EC2::VPCEndpoint aws_vpc_endpoint  EC2::VPCPeeringConnection aws_vpc_peering_connection  EC2::TransitGateway aws_ec2_transit_gateway
	EC2::TransitGatewayAttachment aws_ec2_transit_gateway_vpc_attachment  EC2::TransitGatewayVpcAttachment aws_ec2_transit_gateway_vpc_attachment  EC2::VPNConnection aws_vpn_connection  EC2::VPNGateway aws_vpn_gateway
	EC2::Volume aws_ebs_volume  EC2::VolumeAttachment aws_volume_attachment  EC2::NetworkInterface aws_network_interface  EC2::SecurityGroup aws_security_group
	ElasticLoadBalancingV2::LoadBalancer aws_lb  ElasticLoadBalancingV2::TargetGroup aws_lb_target_group  ElasticLoadBalancingV2::Listener aws_lb_listener  ElasticLoadBalancingV2::ListenerRule aws_lb_listener_rule  ElasticLoadBalancing::LoadBalancer aws_elb
	ApiGateway::RestApi aws_api_gateway_rest_api  ApiGateway::Method aws_api_gateway_integration  ApiGateway::Authorizer aws_api_gateway_authorizer  ApiGatewayV2::Api aws_apigatewayv2_api  ApiGatewayV2::Integration aws_apigatewayv2_integration  ApiGatewayV2::Authorizer aws_apigatewayv2_authorizer
	CloudFront::Distribution aws_cloudfront_distribution  GlobalAccelerator::Accelerator aws_globalaccelerator_accelerator  GlobalAccelerator::Listener aws_globalaccelerator_listener  GlobalAccelerator::EndpointGroup aws_globalaccelerator_endpoint_group
	Route53::HostedZone aws_route53_zone  Route53::RecordSet aws_route53_record  Route53::RecordSetGroup aws_route53_record  Route53::HealthCheck aws_route53_health_check
	Lambda::EventSourceMapping aws_lambda_event_source_mapping  StepFunctions::StateMachine aws_sfn_state_machine  AppRunner::Service aws_apprunner_service  ElasticBeanstalk::Environment aws_elastic_beanstalk_environment
	Batch::JobDefinition aws_batch_job_definition  CodeBuild::Project aws_codebuild_project  CodePipeline::Pipeline aws_codepipeline  Glue::Job aws_glue_job  Cognito::UserPool aws_cognito_user_pool
	IAM::Role aws_iam_role  IAM::User aws_iam_user  IAM::InstanceProfile aws_iam_instance_profile  IAM::OIDCProvider aws_iam_openid_connect_provider  KMS::Key aws_kms_key  KMS::Alias aws_kms_alias
	SecretsManager::Secret aws_secretsmanager_secret  SSM::Parameter aws_ssm_parameter  CertificateManager::Certificate aws_acm_certificate  ECR::Repository aws_ecr_repository
	CloudWatch::Alarm aws_cloudwatch_metric_alarm  CloudWatch::CompositeAlarm aws_cloudwatch_composite_alarm  CodeCommit::Repository aws_codecommit_repository  Synthetics::Canary aws_synthetics_canary
	Serverless::Function aws_lambda_function  Serverless::Api aws_api_gateway_rest_api  Serverless::HttpApi aws_apigatewayv2_api  Serverless::SimpleTable aws_dynamodb_table  Serverless::StateMachine aws_sfn_state_machine
	Serverless::GraphQLApi aws_appsync_graphql_api  AppSync::GraphQLApi aws_appsync_graphql_api  ServiceDiscovery::Service aws_service_discovery_service  ServiceDiscovery::PrivateDnsNamespace aws_service_discovery_private_dns_namespace
`

var (
	plurals  = strings.NewReplacer("ARNs", "Arns", "AZs", "Azs", "IDs", "Ids", "VPCs", "Vpcs", "CIDRs", "Cidrs", "VPCZone", "VpcZone")
	theNames = map[string]string{ // of properties that Terraform calls otherwise
		"default_actions": "default_action", "actions": "action", "db_instance_identifier": "identifier", "db_cluster_identifier": "cluster_identifier",
		"source_db_instance_identifier": "replicate_source_db", "bucket_name": "bucket", "table_name": "name", "queue_name": "name", "topic_name": "name", "replicas": "replica",
		"preferred_availability_zone": "availability_zone", "alias_target": "alias", "resource_records": "records", "record_sets": "record", "key_schema": "schema",
		"preferred_cache_cluster_a_zs": "preferred_cache_cluster_azs", "load_balancer_attributes": "attributes", "secret_string_template": "secret_string",
	}
	snakeWord = regexp.MustCompile(`[A-Z]+(?:[a-z0-9]+)?|[a-z0-9]+`)
)

// Snake spells a property of CloudFormation ("DBSubnetGroupName") as Terraform does
// ("db_subnet_group_name").
func Snake(property string) string {
	var words []string
	for _, w := range snakeWord.FindAllString(plurals.Replace(property), -1) {
		// "DBSubnet" is two words: the last capital of a run begins the second.
		capitals := 0
		for capitals < len(w) && unicode.IsUpper(rune(w[capitals])) {
			capitals++
		}
		if capitals > 1 && capitals < len(w) {
			words = append(words, w[:capitals-1], w[capitals-1:])
		} else {
			words = append(words, w)
		}
	}
	name := strings.ToLower(strings.Join(words, "_"))
	if other := theNames[name]; other != "" {
		return other
	}
	return name
}
