# Nodes of the region that stands with the second provider.

resource "azurerm_linux_virtual_machine_scale_set" "us3" {
  name     = "node-us3"
  location = "westus2"
  sku      = "Standard_D32s_v5"
  source_image_reference {
    publisher = "Canonical"
    offer     = "0001-com-ubuntu-server-jammy"
    sku       = "22_04-lts"
    version   = "latest"
  }
  custom_data = filebase64("${path.module}/../boot/cloud-init.yaml")
}
