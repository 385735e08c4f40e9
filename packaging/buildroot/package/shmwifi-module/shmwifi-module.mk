################################################################################
#
# shmwifi-module
#
################################################################################

SHMWIFI_MODULE_VERSION = $(SHMWIFI_VERSION)
SHMWIFI_MODULE_SITE = $(SHMWIFI_CHECKOUT)
SHMWIFI_MODULE_SITE_METHOD = local
SHMWIFI_MODULE_LICENSE = GPL-2.0
SHMWIFI_MODULE_LICENSE_FILES = LICENSE
SHMWIFI_MODULE_MODULE_SUBDIRS = kernel

# Builds of other parts of the checkout are large.
SHMWIFI_MODULE_OVERRIDE_SRCDIR_RSYNC_EXCLUSIONS = \
	--include=/Directory.Build.props --include=/LICENSE \
	--include=/kernel --include='/kernel/*.[ch]' --include=/kernel/Kbuild \
	--include=/common --include=/common/RingBuffer --include='/common/RingBuffer/include/***' \
	--exclude='*'

# Struct pages for the region, and the tracepoint that says where a radio listens.
define SHMWIFI_MODULE_LINUX_CONFIG_FIXUPS
	$(call KCONFIG_ENABLE_OPT,CONFIG_MEMORY_HOTPLUG)
	$(call KCONFIG_ENABLE_OPT,CONFIG_MEMORY_HOTREMOVE)
	$(call KCONFIG_ENABLE_OPT,CONFIG_SPARSEMEM_VMEMMAP)
	$(call KCONFIG_ENABLE_OPT,CONFIG_ZONE_DEVICE)
	$(call KCONFIG_ENABLE_OPT,CONFIG_FTRACE)
	$(call KCONFIG_ENABLE_OPT,CONFIG_ENABLE_DEFAULT_TRACERS)
endef

$(eval $(kernel-module))
$(eval $(generic-package))
