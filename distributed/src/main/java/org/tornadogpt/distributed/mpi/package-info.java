/** MPI's C functions as Java methods, for MPICH and for Open MPI. */
package org.tornadogpt.distributed.mpi;
