# The variables that conda-forge's C++ compiler sets beside those of the C compiler.
export CXX="$CONDA_PREFIX/bin/@TRIPLE@-c++" CXX_FOR_BUILD="$CONDA_PREFIX/bin/@TRIPLE@-c++"
export CXXFLAGS="-fvisibility-inlines-hidden -fmessage-length=0 $CFLAGS"
