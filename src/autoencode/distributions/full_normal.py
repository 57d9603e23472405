"""The divergence of a normal with full covariance from a diagonal one, which PyTorch lacks."""

from torch import Tensor
from torch.distributions import Independent, MultivariateNormal, Normal, register_kl


@register_kl(MultivariateNormal, Independent)
def kl_full_diagonal(q: MultivariateNormal, p: Independent) -> Tensor:
    """KL(N(μ, LLᵀ) ‖ N(m, diag s²)) in nats, (*batch_shape,).

    ½ Σ_i ((LLᵀ)_ii + (μ_i − m_i)²) / s_i² − ½ d + Σ_i log s_i − Σ_i log L_ii; no inverse and no determinant is needed.

    Raises:
        NotImplementedError: `p` is no diagonal normal over vectors; PyTorch's way to say that there is no closed form.
    """
    if not isinstance(p.base_dist, Normal) or len(p.event_shape) != 1 or p.reinterpreted_batch_ndims != 1:
        raise NotImplementedError
    lower, loc, scale = q.scale_tril, p.base_dist.loc, p.base_dist.scale
    squares = (lower.square().sum(-1) + (q.loc - loc) ** 2) / scale**2
    logs = scale.log() - lower.diagonal(dim1=-2, dim2=-1).log()
    return (0.5 * (squares - 1) + logs).sum(-1)
