// The threads of PyTorch's own OpenMP, whatever compiler this is compiled by. Those of a second one would wait beside
// PyTorch's: both keep the processor busy while they wait for work.

#pragma once

struct OpenMP {
  void (*parallel)(void (*)(void*), void*, unsigned, unsigned);
  void (*barrier)();
  int (*rank)(), (*size)(), (*max_threads)();
};

inline OpenMP openmp;  // as autoencode_set_openmp is told

struct ThreadShare {  // the share of this one
  const long rank = openmp.rank(), size = openmp.size();
  int first(long count) const { return count * rank / size; }
  int last(long count) const { return count * (rank + 1) / size; }
  void wait() const { openmp.barrier(); }  // for the others
};

// Calls body(ThreadShare) in so many of them, or as many as there are.
template <class Body>
void parallel_for(int threads, const Body& body) {
  openmp.parallel([](void* of) { (*(const Body*)of)(ThreadShare()); }, (void*)&body, threads, 0);
}
