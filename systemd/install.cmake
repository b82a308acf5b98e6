# SPDX-License-Identifier: Apache-2.0
# Where Debian expects things. DESTDIR is respected; /etc is not below the prefix.
if(CMAKE_INSTALL_PREFIX_INITIALIZED_TO_DEFAULT)
  set(CMAKE_INSTALL_PREFIX /usr CACHE PATH "Where sipward is installed" FORCE)
endif()
set(SIPWARD_SBIN ${CMAKE_INSTALL_PREFIX}/sbin)

install(TARGETS sipwardd sipward-gate RUNTIME DESTINATION sbin)
install(TARGETS sipwardctl RUNTIME DESTINATION bin)

foreach(unit sipward-gate.service sipwardd.service)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/${unit}.in ${PROJECT_BINARY_DIR}/systemd/${unit} @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/systemd/${unit} DESTINATION lib/systemd/system)
endforeach()
install(FILES ${CMAKE_CURRENT_LIST_DIR}/sipward.sysusers DESTINATION lib/sysusers.d
        RENAME sipward.conf)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/sipward.tmpfiles DESTINATION lib/tmpfiles.d
        RENAME sipward.conf)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/sipward.sysctl DESTINATION lib/sysctl.d
        RENAME 60-sipward.conf)

# For DHCP, RADIUS and NAT servers. release.sh is read by the others, which run by themselves.
file(GLOB hooks CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/scripts/hooks/*)
set(shared_by_hooks ${PROJECT_SOURCE_DIR}/scripts/hooks/release.sh)
list(REMOVE_ITEM hooks ${shared_by_hooks})
install(PROGRAMS ${hooks} DESTINATION ${CMAKE_INSTALL_DATADIR}/sipward/hooks)
install(FILES ${shared_by_hooks} DESTINATION ${CMAKE_INSTALL_DATADIR}/sipward/hooks)

file(GLOB manuals CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/man/*.[158])
foreach(manual ${manuals})
  string(REGEX REPLACE ".*\\.([158])$" "\\1" section ${manual})
  install(FILES ${manual} DESTINATION share/man/man${section})
endforeach()

# An operator's configuration is never overwritten.
install(CODE "
  set(shipped \"${CMAKE_CURRENT_LIST_DIR}/sipward.toml\")
  if(EXISTS \"\$ENV{DESTDIR}/etc/sipward/sipward.toml\")
    message(STATUS \"Kept: \$ENV{DESTDIR}/etc/sipward/sipward.toml\")
  else()
    file(INSTALL DESTINATION /etc/sipward TYPE FILE FILES \"\${shipped}\")
  endif()
")
