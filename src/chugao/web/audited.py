"""The audit as a person reads it; an act or a word that nobody named here is shown as it is kept."""

from collections.abc import Mapping
from typing import Any

ACTIONS = {
    "account.add": "添加账号",
    "account.change": "改账号的姓名、角色、科室",
    "account.disable": "停用账号",
    "account.enable": "启用账号",
    "account.password": "重设密码",
    "session.begin": "登录",
    "session.end": "退出",
    "session.refused": "登录没有成功",
    "order.start": "要一份初稿",
    "order.stop": "停止生成",
    "order.done": "初稿写好",
    "order.failed": "初稿没有写成",
    "order.stopped": "生成已停止",
    "metrics.import": "导入指标",
    "metrics.rule": "裁定口径",
    "metrics.learn": "教一个写法",
    "material.add": "收进材料",
    "material.confirm": "确认材料",
    "material.reject": "不采用材料",
    "material.correct": "改正材料",
    "material.instruct": "记领导意见",
    "material.pick": "挑选不足",
    "material.unpick": "收回挑选",
    "material.settle": "照核实表处理材料",
    "material.collect": "向科室要材料",
    "material.urge": "催报",
    "material.sign": "记审签",
    "corpus.add": "收进往年文稿",
    "corpus.remove": "删除往年文稿",
    "corpus.reindex": "重建往年文稿",
    "corpus.basis": "标为依据",
    "review.put_in": "文稿入库",
    "review.edit": "修改正文",
    "review.regenerate": "重新写",
    "review.import": "收回改过的稿子",
    "review.keep_version": "存为版本",
    "review.name_version": "给版本命名",
    "review.restore": "恢复旧版本",
    "review.set_aside": "收下改回的稿子，待并入",
    "settings.change": "改设置",
    "prompt.change": "改提示词",
    "prompt.drop": "改回自带的提示词",
    "batch.review": "批次文稿放进审阅",
    "batch.retry": "重试批次里的文稿",
    "batch.retry_all": "重试批次里没写成的",
    "batch.resume": "接着做批次",
    "batch.pause": "暂停批次",
    "batch.cancel": "取消批次",
    "review.merge": "合并版本",
    "review.alternative": "另写一份备选",
    "review.suggest": "提修改建议",
    "review.accept": "接受一节",
    "review.accept_suggestion": "照建议改正文",
    "review.suggestion_accepted": "采纳建议",
    "review.suggestion_rejected": "不采纳建议",
    "review.suggestion_outdated": "建议的原文已改，没有采纳",
    "review.take_comment": "照批注改正文",
    "review.comment": "批注",
    "review.resolve": "批注已办",
    "review.reopen_comment": "重开批注",
    "review.section_state": "标一节的状态",
    "review.return_section": "退回一节",
    "review.lock": "锁定一节",
    "review.unlock": "解锁一节",
    "review.force_unlock": "强制解锁",
    "review.confirm_number": "确认数字",
    "review.restore_number": "恢复数字",
    "review.dismiss": "略过检查意见",
    "review.four_eyes": "改“两人经手”规则",
    "review.consult": "发起会签",
    "review.no_objection": "会签无意见",
    "review.answer": "答复会签意见",
    "review.submit": "送审",
    "review.withdraw": "撤回",
    "review.request_changes": "退回修改",
    "review.pass_on": "呈送下一轮",
    "review.approve": "批准",
    "review.export_final": "出定稿",
    "export.override": "有错误放行",
    "review.archive": "归档",
    "review.reopen": "取消归档",
    "review.correct": "勘误",
    "review.hand_over": "移交",
    "review.take_over": "接手修改",
}

_WORDS = {
    "file": "文件", "documents": "文稿", "document": "文稿", "own": "本单位", "order": "起草单", "kind": "文种",
    "year": "年度", "level": "级别", "engine": "谁来写", "reason": "理由", "note": "说明", "department": "科室",
    "departments": "科室", "confirmed": "已核实", "from": "原来", "to": "改为", "roles": "角色", "whole": "全部科室",
    "period": "期间", "length": "字数", "chosen": "以谁为准", "sources": "来源", "settled": "采用", "section": "节",
    "rev": "修订", "basis": "依据", "round": "轮次", "added": "新增", "changed": "更新", "unchanged": "未变",
    "count": "条数", "ids": "编号", "due": "期限", "comment": "批注", "version": "版本", "title": "题目",
}  # fmt: skip
_HIDDEN = ("content", "name")
"""A fingerprint, and who it was: that stands in its own column."""


def told(detail: Mapping[str, Any]) -> str:
    """What else is known of an act, in one line."""
    return "；".join(
        f"{_WORDS.get(k, k)}：{_value(v)}"
        for k, v in detail.items()
        if k not in _HIDDEN and v not in ("", None, [], {})
    )


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_value(v) for v in value[:6]) + (f"等{len(value)}个" if len(value) > 6 else "")
    return told(value) if isinstance(value, dict) else str(value)[:80]
