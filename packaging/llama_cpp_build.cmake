# Read by llama-cpp-python's CMake project right after project(), through
# CMAKE_PROJECT_llama_cpp_INCLUDE (dev.py passes it).

# The project forces llama.cpp's "common" library on with a cache variable; a normal variable set
# here wins over it (policy CMP0126), so the part that KoChat never loads is not compiled.
set(LLAMA_BUILD_COMMON OFF)

# A key is multiplied with a query in steps of 32 numbers (64 with AVX-512), and what is left of a
# head one by one: a third of 48, all of it with AVX-512, and 16 of the 80 of a 2.4B model with
# 2,560 / 32. With vectors for the rest, too, a 15M model with heads of 48 wrote 728 instead of 373
# tokens a second at 3,500 tokens with AVX-512 (bench_decode).
set(vec_file "${CMAKE_CURRENT_SOURCE_DIR}/vendor/llama.cpp/ggml/src/ggml-cpu/vec.cpp")
file(READ "${vec_file}" vec)
set(one_by_one [==[
        // reduce sum0..sum3 to sum0
        GGML_F16_DOT_VEC_REDUCE(sumf, sum);

        // leftovers
        for (int i = np; i < n; ++i) {
]==])
set(by_vectors [==[
        int rest = np;
#if defined(__x86_64__) || defined(_M_X64) || defined(__aarch64__)
        for (; rest + GGML_F16_DOT_EPR <= n; rest += GGML_F16_DOT_EPR) {
            ax[0] = GGML_F16_DOT_VEC_LOAD(x + rest, 0);
            ay[0] = GGML_F16_DOT_VEC_LOAD(y + rest, 0);
            sum[0] = GGML_F16_DOT_VEC_FMA(sum[0], ax[0], ay[0]);
        }
#endif
        GGML_F16_DOT_VEC_REDUCE(sumf, sum);

        for (int i = rest; i < n; ++i) {
]==])
string(FIND "${vec}" "${by_vectors}" done)
if(done EQUAL -1)
  string(FIND "${vec}" "${one_by_one}" place)
  if(place EQUAL -1)
    message(FATAL_ERROR "${vec_file} is not that of the locked llama-cpp-python")
  endif()
  string(REPLACE "${one_by_one}" "${by_vectors}" vec "${vec}")
  file(WRITE "${vec_file}" "${vec}")
endif()
