/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * qemu_riscv32's second and third UART, two PCI cards of QEMU's ("pci-serial"): gives them their ports and switches them on,
 * before the driver of the UARTs looks at them. The bus is not scanned, and interrupts are where the slots put them: the
 * overlay says both.
 */

#include <stdint.h>

#include <zephyr/devicetree.h>
#include <zephyr/init.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>

/* QEMU's virt machine: where the configuration of bus 0 is, and where its ports are. */
#define CONFIGURATION 0x30000000
#define PORTS         0x03000000

/* Of a device's configuration, as PCI has it. */
#define CARD_IDENTITY 0x00
#define CARD_COMMAND  0x04
#define PORT_ON       BIT(0)
#define CARD_BASE     0x10

/* Red Hat's number, and of theirs the card with one UART. */
#define PCI_SERIAL 0x00021b36

static void card_start(unsigned int slot, mem_addr_t registers)
{
	mem_addr_t card = CONFIGURATION + (slot << 15);

	/* QEMU without the card has no UART there, and the driver finds none. */
	if (sys_read32(card + CARD_IDENTITY) != PCI_SERIAL) {
		return;
	}
	sys_write32(registers - PORTS, card + CARD_BASE);
	sys_write32(sys_read32(card + CARD_COMMAND) | PORT_ON, card + CARD_COMMAND);
}

static int cards_start(void)
{
	card_start(1, DT_REG_ADDR(DT_NODELABEL(uart1)));
	card_start(2, DT_REG_ADDR(DT_NODELABEL(uart2)));
	return 0;
}

SYS_INIT(cards_start, PRE_KERNEL_1, 0);
