"""Whether a question names its subject well enough to be found in a whole corpus, and what to add where it does not."""

import re

from docqa.generate.extractive import places
from docqa.generate.extractive.chinese_grammar import in_script_of
from docqa.records import Chunk
from docqa.text import is_cjk

_GENERIC = frozenset(
    "药品 患者 用户 客户 系统 程序 软件包 软件 命令 选项 文件 人员 工作人员 医院 银行 本行 科室 部门 本品 产品 设备 "
    "维护者 开发者 护士 药师 医师 医生 存款 账户 利率 费用 利息 内容 问题 方法 情况 温度 时间 数量 结果 记录 目录 "
    "版本 参数 数据 脚本 标签 用戶 客戶 系統 套件 檔案 選項 維護者 開發者 目錄 參數 腳本 模板 范本 代码 源码 "
    "原始碼 项目 專案 上游 合同 贷款 储户 存款人 借款人 甲方 乙方 双方 报告 事件 溶液 冰箱 药物 操作人员 调配人员 "
    "责任人 处方 医嘱 表格 申请人 持卡人 输液 成品 操作 检查".split()
)
_GENERIC_HEADING = re.compile(
    r"^(?:概述|概述说明|总则|總則|附则|附則|说明|說明|目的|范围|範圍|介绍|介紹|简介|簡介|背景|注意|注意事项|提示|示例|例子|"
    r"其他|其它|前言|引言|Note|Tip|Caution|Warning|Important|名称|名稱|描述|选项|選項|摘要|定义|定義|术语|術語|职责|要求|"
    r"管理要求|一般规定|基本要求)$",
    re.IGNORECASE,
)


def placed(question: str, subject: str, chunk: Chunk) -> str:
    """The question, with its document or section named unless its subject is found without; "" when neither helps."""
    if specific(subject):
        return question
    title = places.title(chunk)
    if is_title(title):
        return in_script_of(chunk.text, "根据") + f"《{title}》，{question}"
    for heading in reversed(chunk.heading_path):
        name = places.strip_number(heading)
        if not _GENERIC_HEADING.match(name) and 3 <= len(name) <= 24 and "？" not in name:
            return f"在“{name}”中，{question}"
    return ""


def all_text(chunk: Chunk) -> str:
    """The chunk with its title and headings: a short one may hold no character that tells its script."""
    return "\n".join([chunk.text, chunk.title, *chunk.heading_path])


def is_title(title: str) -> bool:
    """Whether a title names a document for a reader: Chinese, not a single common word, not a path."""
    return sum(map(is_cjk, title)) >= 4 and len(title) <= 32 and not re.search(r"[/\\]|\.\w{2,4}$", title)


def specific(subject: str) -> bool:
    """Whether the words can be found in a corpus: a Latin name, or at least five ideographs that are not generic."""
    words = re.sub(r"[（(][^）)]*[）)]", "", subject).strip()
    if words in _GENERIC:
        return False
    if re.search(r"[A-Za-z][\w.+/-]+", words):
        return True
    rest = words
    for generic in sorted(_GENERIC, key=lambda word: (-len(word), word)):
        rest = rest.replace(generic, "")
    return len(words) >= 5 and sum(map(is_cjk, rest)) >= 2
