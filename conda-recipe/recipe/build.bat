@echo on
cmake -S . -B build\library -G Ninja %CMAKE_ARGS% -DCMAKE_BUILD_TYPE=Release ^
  -DCMAKE_INSTALL_PREFIX="%LIBRARY_PREFIX%" -DWASM2OCI_GO_BUILDMODE=c-shared -DWASM2OCI_GO_CC=gcc ^
  -DWASM2OCI_BUILD_TESTS=OFF -DWASM2OCI_BUILD_EXAMPLES=OFF
if errorlevel 1 exit 1
cmake --build build\library
if errorlevel 1 exit 1
cmake --install build\library
if errorlevel 1 exit 1
