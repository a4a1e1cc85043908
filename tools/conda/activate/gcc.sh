# The variables that conda-forge's C compiler sets, so that a build here meets what it meets there.
if [ "${CONDA_BUILD:-0}" = 1 ]; then
  _w2o_prefix=$PREFIX
  _w2o_map="-fdebug-prefix-map=$SRC_DIR=/usr/local/src/conda/$PKG_NAME-$PKG_VERSION"
  _w2o_map="$_w2o_map -fdebug-prefix-map=$PREFIX=/usr/local/src/conda-prefix"
else
  _w2o_prefix=$CONDA_PREFIX
  _w2o_map=
fi
_w2o_tool=$CONDA_PREFIX/bin/@TRIPLE@
_w2o_sysroot=$CONDA_PREFIX/@TRIPLE@/sysroot
export HOST=@TRIPLE@ BUILD=@TRIPLE@
export CC="$_w2o_tool-cc" CPP="$_w2o_tool-cpp" AR="$_w2o_tool-ar" LD="$_w2o_tool-ld" NM="$_w2o_tool-nm"
export RANLIB="$_w2o_tool-ranlib" STRIP="$_w2o_tool-strip" OBJCOPY="$_w2o_tool-objcopy" READELF="$_w2o_tool-readelf"
export CC_FOR_BUILD="$CC" CONDA_BUILD_SYSROOT="$_w2o_sysroot"
export CPPFLAGS="-DNDEBUG -D_FORTIFY_SOURCE=2 -O2 -isystem $_w2o_prefix/include"
export CFLAGS="-march=nocona -mtune=haswell -ftree-vectorize -fPIC -fstack-protector-strong -fno-plt -O2 \
-ffunction-sections -pipe -isystem $_w2o_prefix/include $_w2o_map"
export LDFLAGS="-Wl,-O2 -Wl,--sort-common -Wl,--as-needed -Wl,-z,relro -Wl,-z,now -Wl,--disable-new-dtags \
-Wl,--gc-sections -Wl,--allow-shlib-undefined -Wl,-rpath,$_w2o_prefix/lib -Wl,-rpath-link,$_w2o_prefix/lib \
-L$_w2o_prefix/lib"
export CMAKE_PREFIX_PATH="$_w2o_prefix:$_w2o_sysroot/usr"
CMAKE_ARGS="-DCMAKE_AR=$AR -DCMAKE_RANLIB=$RANLIB -DCMAKE_LINKER=$LD -DCMAKE_STRIP=$STRIP -DCMAKE_BUILD_TYPE=Release"
if [ "${CONDA_BUILD:-0}" = 1 ]; then
  CMAKE_ARGS="$CMAKE_ARGS -DCMAKE_FIND_ROOT_PATH=$PREFIX;$_w2o_sysroot -DCMAKE_FIND_ROOT_PATH_MODE_PROGRAM=NEVER"
  CMAKE_ARGS="$CMAKE_ARGS -DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY -DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY"
  CMAKE_ARGS="$CMAKE_ARGS -DCMAKE_INSTALL_PREFIX=$PREFIX -DCMAKE_INSTALL_LIBDIR=lib"
  CMAKE_ARGS="$CMAKE_ARGS -DCMAKE_PROGRAM_PATH=$BUILD_PREFIX/bin;$PREFIX/bin"
fi
export CMAKE_ARGS
unset _w2o_prefix _w2o_map _w2o_tool _w2o_sysroot
