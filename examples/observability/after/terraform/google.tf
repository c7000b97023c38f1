# Nodes of the regions that stand with the first provider.

resource "google_compute_instance_template" "us5" {
  name_prefix  = "node-us5-"
  region       = "us-west1"
  machine_type = "n2-standard-32"
  disk {
    source_image = "ubuntu-os-cloud/ubuntu-2204-lts"
  }
  metadata = {
    user-data = file("${path.module}/../boot/cloud-init.yaml")
  }
}

resource "google_compute_instance_template" "eu1" {
  name_prefix  = "node-eu1-"
  region       = "europe-west3"
  machine_type = "n2-standard-32"
  disk {
    source_image = "ubuntu-os-cloud/ubuntu-2204-lts"
  }
  metadata = {
    user-data = file("${path.module}/../boot/cloud-init.yaml")
  }
}
