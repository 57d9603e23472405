// The threads of PyTorch's own OpenMP, whatever compiler this is compiled by. Those of a second one would wait beside
// PyTorch's: both keep the processor busy while they wait for work.

#pragma once

struct OpenMP {
  void (*parallel)(void (*)(void*), void*, unsigned, unsigned);
  void (*barrier)();
  int (*me)(), (*all)(), (*most)();
};

inline OpenMP openmp;  // as autoencode_meet_openmp is told

struct Threads {  // the share of this one
  const long me = openmp.me(), all = openmp.all();
  int first(long count) const { return count * me / all; }
  int last(long count) const { return count * (me + 1) / all; }
  void wait() const { openmp.barrier(); }  // for the others
};

// Calls body(Threads) in so many of them, or as many as there are.
template <class Body>
void together(int threads, const Body& body) {
  openmp.parallel([](void* of) { (*(const Body*)of)(Threads()); }, (void*)&body, threads, 0);
}
