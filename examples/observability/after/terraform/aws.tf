# Nodes of the regions that stand with the third provider.

provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "tokyo"
  region = "ap-northeast-1"
}

data "aws_ami" "ubuntu" {
  most_recent = true
  filter {
    name   = "name"
    values = ["ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-*"]
  }
}

resource "aws_launch_template" "us1" {
  name_prefix   = "node-us1-"
  image_id      = data.aws_ami.ubuntu.id
  instance_type = "m6i.8xlarge"
  user_data     = filebase64("${path.module}/../boot/cloud-init.yaml")
}

resource "aws_launch_template" "ap1" {
  provider      = aws.tokyo
  name_prefix   = "node-ap1-"
  image_id      = data.aws_ami.ubuntu.id
  instance_type = "m6i.8xlarge"
  user_data     = filebase64("${path.module}/../boot/cloud-init.yaml")
}
