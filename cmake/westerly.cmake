# SPDX-License-Identifier: Apache-2.0
#
# For the CMakeLists.txt of an application: what Westerly's crates need of a Zephyr build, and the application's own crate.
#   include(<folder of Westerly>/cmake/westerly.cmake)   after project()
#   westerly_application()                               in the folder of the application's Cargo.toml

set(WESTERLY_FOLDER ${CMAKE_CURRENT_LIST_DIR}/.. CACHE INTERNAL "")

function(westerly_application)
  dt_chosen(smp_uart PROPERTY "zephyr,uart-mcumgr")
  if(NOT smp_uart)
    message(FATAL_ERROR "No UART for SMP: the devicetree needs the chosen node zephyr,uart-mcumgr (see boards/ of Westerly for examples)")
  endif()

  add_subdirectory(${WESTERLY_FOLDER}/crates/westerly-zephyr ${CMAKE_BINARY_DIR}/westerly-zephyr)
  if(CONFIG_WESTERLY_LOG)
    add_subdirectory(${WESTERLY_FOLDER}/crates/westerly-defmt ${CMAKE_BINARY_DIR}/westerly-defmt)
  else()
    # defmt's messages vanish from what cargo builds here: Kconfig cannot choose features of a crate.
    set_property(DIRECTORY PROPERTY RULE_LAUNCH_CUSTOM "${CMAKE_COMMAND} -E env DEFMT_LOG=off")
  endif()
  rust_cargo_application()

  target_sources_ifdef(CONFIG_WESTERLY_EMULATED_THERMOMETER app PRIVATE ${WESTERLY_FOLDER}/boards/thermometer.c)
  target_sources_ifdef(CONFIG_WESTERLY_EMULATED_NUMBERS app PRIVATE ${WESTERLY_FOLDER}/boards/numbers.c)
  target_sources_ifdef(CONFIG_BOARD_QEMU_RISCV32 app PRIVATE ${WESTERLY_FOLDER}/boards/qemu_riscv32.c)

  if(CONFIG_ARM)
    # Rust's objects say that they need no executable stack, those of Debian's arm-none-eabi-gcc say nothing; ld warns of
    # the mixture (and Twister makes warnings errors). There is no executable or other stack section on these targets.
    zephyr_ld_options(-Wl,--no-warn-execstack)
  endif()

  if(CONFIG_RISCV AND NOT CONFIG_XIP)
    # Program and data lie in one memory, which newer linkers warn of.
    zephyr_ld_options(-Wl,--no-warn-rwx-segments)
  endif()

  if(CONFIG_FLASH_SIMULATOR AND CONFIG_BOOTLOADER_MCUBOOT AND NOT CONFIG_ARCH_POSIX)
    # The application lies in its slot, and that in the flash simulator's memory, which the simulator declares as an array.
    # To the linker these are two sections at one address.
    zephyr_ld_options(-Wl,--no-check-sections)
  endif()
endfunction()
