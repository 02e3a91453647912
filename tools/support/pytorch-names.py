"""Writes what PyTorch calls its functions, Tensor methods, layers, optimizers and schedules, for docs/support.md. Needs torch; no test runs it.

    python3 tools/support/pytorch-names.py > tools/support/pytorch-names.txt

Taken: the public callables of a namespace that have a docstring, less the kinds in EXCLUDED; and, by hand, what the manual of later versions has or
what has no docstring though the manual lists it (ADDED).
"""
import importlib
import inspect
import re

import torch

FUNCTIONS = ["torch", "torch.Tensor", "torch.linalg", "torch.special", "torch.nn.functional"]
CLASSES = ["torch.nn", "torch.optim", "torch.optim.lr_scheduler"]

# Kinds of names that are left out, as regular expressions of whole names; docs/support.md says them in words.
EXCLUDED = {
    "quantisation": r".*quantize.*|q_.*|qscheme|int_repr",
    "sparse and other memory layouts": r".*sparse.*|hspmm|smm|sspaddmm|.*coalesce.*|(col|crow|ccol|row)_indices|indices|values|(dense|sparse)_dim|to_dense"
    r"|to_mkldnn|to_padded_tensor|storage.*|stride|.*strided.*|(?!index_).*_copy|conv_tbc|convert_conv2d_weight_memory_format|as_subclass|contiguous",
    "complex numbers": r".*complex.*|view_as_real|.*conj.*|adjoint|imag|real|isreal|polar|cdouble|cfloat|chalf|eig|eigvals|resolve_neg|istft|stft",
    "dtypes, devices, settings of the process, files": r"(get|set|is|are|use|can)_.*|bfloat16|bool|byte|char|double|float|half|int|long|short|type|type_as|cpu"
    r"|cuda|ipu|xpu|to_?dlpack|from_.*|numpy|save|load|pin_memory|data_ptr|record_stream|result_type|promote_types|seed|initial_seed|frombuffer|to"
    r"|element_size|manual_seed|.*autocast.*",
    "named dims": r"align_.*|has_names|rename|refine_names",
    "compiler and interpreter": r"[A-Z].*|fork|wait|obj|candidate|boolean_dispatch|import_ir.*|parse_.*|merge_type.*|unify_type.*|.*vital.*|.*torch_function.*"
    r"|native_.*|unsafe_.*|compiled_with.*|init_num.*|LinAlgError",
    "gone since": r"symeig|matrix_rank|solve|lstsq",
}
# What these rules catch though it is meant.
KEPT = {"torch.linalg": {"matrix_rank", "solve", "lstsq"}}
# Classes that are no layers of their own: bases, distributed wrappers, old names; or that ADDED names.
NO_LAYERS = r"Container|NLLLoss2d|RNNBase|RNNCellBase|DataParallel|SyncBatchNorm|Uninitialized.*|Optimizer|Counter|Parameter|Module"

ADDED = {
    "torch": "celu dropout hash_tensor index_fill index_put log_softmax masked_fill masked_scatter relu rrelu selu softmax unravel_index vmap",
    "torch.Tensor": "index_reduce log_softmax relu scatter_reduce softmax",
    "torch.nn": "Buffer CircularPad1d CircularPad2d CircularPad3d LPPool3d Parameter Module RMSNorm ZeroPad1d ZeroPad2d ZeroPad3d",
    "torch.nn.functional": "lp_pool3d rms_norm scaled_dot_product_attention",
    "torch.nn.init": "calculate_gain constant_ dirac_ eye_ kaiming_normal_ kaiming_uniform_ normal_ ones_ orthogonal_ sparse_ trunc_normal_ uniform_"
    " xavier_normal_ xavier_uniform_ zeros_",
    "torch.nn.utils": "clip_grad_norm_ clip_grad_value_ clip_grads_with_norm_ fuse_conv_bn_eval fuse_conv_bn_weights fuse_linear_bn_eval"
    " fuse_linear_bn_weights get_total_norm parameters_to_vector remove_spectral_norm remove_weight_norm skip_init spectral_norm"
    " vector_to_parameters weight_norm",
    "torch.nn.utils.rnn": "PackedSequence pack_padded_sequence pack_sequence pad_packed_sequence pad_sequence unpack_sequence unpad_sequence",
    "torch.nn.utils.parametrize": "ParametrizationList cached is_parametrized register_parametrization remove_parametrizations"
    " transfer_parametrizations_and_params type_before_parametrizations",
    "torch.nn.utils.parametrizations": "orthogonal spectral_norm weight_norm",
    "torch.nn.utils.prune": "BasePruningMethod CustomFromMask Identity L1Unstructured LnStructured PruningContainer RandomStructured RandomUnstructured"
    " custom_from_mask global_unstructured identity is_pruned l1_unstructured ln_structured random_structured random_unstructured remove",
    "torch.optim": "Adafactor Muon Optimizer",
    "torch.optim.lr_scheduler": "LRScheduler",
    "torch.optim.swa_utils": "AveragedModel SWALR get_ema_avg_fn get_ema_multi_avg_fn get_swa_avg_fn get_swa_multi_avg_fn update_bn",
}


def namespace(path):
    return torch.Tensor if path == "torch.Tensor" else importlib.import_module(path)


def functions(path):
    excluded = re.compile("|".join(EXCLUDED.values()))
    for name, value in inspect.getmembers(namespace(path), callable):
        if name.startswith("_") or name.endswith("_") or inspect.isclass(value) or not value.__doc__:
            continue  # private, in place (listed by its name without _), a class, or not in the manual
        if name in KEPT.get(path, ()) or not excluded.fullmatch(name):
            yield name


def classes(path):
    for name, value in inspect.getmembers(namespace(path), inspect.isclass):
        if value.__module__.startswith(path) and not name.startswith("_") and not re.fullmatch(NO_LAYERS, name):
            yield name


print(f"# Names of PyTorch {torch.__version__.split('a')[0]} and what later versions added, made by pytorch-names.py.")
for path in sorted({*FUNCTIONS, *CLASSES, *ADDED}):
    listed = functions(path) if path in FUNCTIONS else classes(path) if path in CLASSES else ()
    print(f"\n{path}:")
    for name in sorted({*listed, *ADDED.get(path, "").split()}):
        print(name)
