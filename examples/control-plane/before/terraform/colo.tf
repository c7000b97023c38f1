# The machines that the company owns in PDX-04.

resource "equinix_metal_device" "config_management" {
  hostname         = "config-management"
  facilities       = ["pdx-04"]
  plan             = "c3.medium"
  operating_system = "debian_11"
}

# Every server boots from configuration management.
resource "equinix_metal_device" "servers" {
  count            = 2400
  hostname         = "server-${count.index}"
  facilities       = ["pdx-04"]
  plan             = "m3.large"
  operating_system = "debian_11"
  depends_on       = [equinix_metal_device.config_management]
}
