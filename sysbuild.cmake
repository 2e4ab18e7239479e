# SPDX-License-Identifier: Apache-2.0
#
# west build --sysbuild: what the images are to know when MCUboot is one of them. sysbuild/mcuboot.conf, which sysbuild finds by
# itself, and sysbuild/application.conf are for all boards, sysbuild/<board>/{application,mcuboot}.{conf,overlay} for one; they
# are added to what an image has of its own.

function(westerly_add_file image variable file)
  set(list ${${image}_${variable}})
  if(EXISTS ${file} AND NOT file IN_LIST list)
    list(APPEND list ${file})
    set(${image}_${variable} "${list}" CACHE INTERNAL "")
  endif()
endfunction()

if(SB_CONFIG_BOOTLOADER_MCUBOOT)
  string(REPLACE "/" "_" westerly_board ${BOARD}${BOARD_QUALIFIERS})
  set(westerly_board_folder ${CMAKE_CURRENT_LIST_DIR}/sysbuild/${westerly_board})
  westerly_add_file(${DEFAULT_IMAGE} EXTRA_CONF_FILE ${CMAKE_CURRENT_LIST_DIR}/sysbuild/application.conf)
  foreach(image_and_name ${DEFAULT_IMAGE}:application mcuboot:mcuboot)
    string(REGEX MATCH "^(.*):(.*)$" _ ${image_and_name})
    set(westerly_image ${CMAKE_MATCH_1})
    set(westerly_files ${westerly_board_folder}/${CMAKE_MATCH_2})
    westerly_add_file(${westerly_image} EXTRA_CONF_FILE ${westerly_files}.conf)
    westerly_add_file(${westerly_image} EXTRA_DTC_OVERLAY_FILE ${westerly_files}.overlay)
  endforeach()
endif()
