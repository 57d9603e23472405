// Threads, by the OpenMP that PyTorch itself uses, whichever compiler compiles this. A second OpenMP would have threads
// of its own, and threads of both keep the processor busy while they wait for work.

#pragma once

struct OpenMP {
  void (*parallel)(void (*)(void*), void*, unsigned, unsigned);
  void (*barrier)();
  int (*rank)(), (*size)(), (*max_threads)();
};

inline OpenMP openmp;  // set by autoencode_set_openmp

struct ThreadShare {  // which part of the work this thread does
  const long rank = openmp.rank(), size = openmp.size();
  int first(long count) const { return count * rank / size; }
  int last(long count) const { return count * (rank + 1) / size; }
  void wait() const { openmp.barrier(); }  // for the other threads
};

// Calls body(ThreadShare) in this many threads, or in as many as OpenMP gives.
template <class Body>
void parallel_for(int threads, const Body& body) {
  openmp.parallel([](void* of) { (*(const Body*)of)(ThreadShare()); }, (void*)&body, threads, 0);
}
