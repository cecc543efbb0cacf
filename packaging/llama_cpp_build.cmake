# Read by llama-cpp-python's CMake project right after project(), through
# CMAKE_PROJECT_llama_cpp_INCLUDE (dev.py passes it). The project forces llama.cpp's "common"
# library on with a cache variable; a normal variable set here wins over it (policy CMP0126),
# so the part that KoChat never loads is not compiled.
set(LLAMA_BUILD_COMMON OFF)
